/** Whether the kernel of a panel still lives. */

/**
 * Tells when the kernel that a panel belongs to is no more. A page is not always told: the kernel may be started anew
 * from another window, or another be chosen. So a kernel in which something seems to have happened is asked whether it
 * knows the panel; a busy one answers later. One that is being started anew may lose the question, so it is asked again,
 * after ever longer pauses. That it has been started anew can get lost too, as nobody may be listening when it says so:
 * its messages then bear another session than those before.
 * @param {any} model
 * @param {(dead: boolean) => void} tell
 */
export function watchKernel(model, tell) {
  const manager = model.widget_manager;
  const session = manager.context?.sessionContext;

  async function onConnection() {
    tell(!(await manager.get_model(model.get("me"))).comm_live);
  }

  let asked = 0;

  /** @param {number} [pause] milliseconds to wait before asking again */
  async function check(pause = 2000) {
    if (manager.kernel === null || manager.kernel?.isDisposed) return tell(true);
    const mine = ++asked;
    const retry = setTimeout(() => mine === asked && check(2 * pause), pause);
    const known = await manager._get_comm_info?.().catch(() => null);
    if (!known) return;
    clearTimeout(retry);
    if (!(model.get("me") in known)) tell(true);
  }

  /** @type {(sender: any, status: string) => void} */
  function onStatus(_, status) {
    if (status !== "busy" && status !== "idle") check();
  }

  function onChange() {
    check();
  }

  let spoken = "";
  let heard = 0;

  /** @type {(sender: any, message: any) => void} */
  function onMessage(_, { header }) {
    if (!header?.session || header.session === spoken) return;
    const first = spoken === "";
    spoken = header.session;
    // The answer is such a message too, so a kernel that gave each a session of its own would be asked without end.
    if (first || Date.now() - heard < 2000) return;
    heard = Date.now();
    check();
  }

  model.on("comm_live_update", onConnection);
  session?.statusChanged?.connect(onStatus);
  session?.kernelChanged?.connect(onChange);
  session?.iopubMessage?.connect(onMessage);
  return {
    check,
    close() {
      model.off("comm_live_update", onConnection);
      session?.statusChanged?.disconnect(onStatus);
      session?.kernelChanged?.disconnect(onChange);
      session?.iopubMessage?.disconnect(onMessage);
      asked = -1;
    },
  };
}
