"""Phrases of a rehearsal, in English and in Chinese."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrases:
    """Sentences of one language; ``{…}`` is filled in."""

    thinking: str
    thinking_on: str
    planning: str
    planning_on: str
    weighing: str
    opening: str
    again: str
    parts: dict[str, str]
    closing: str
    reported: str
    result: str
    media: str
    medium: str
    reported_end: str
    form: str
    comma: str

    def think(self, question: str, nth: int) -> str:
        """Write the thinking before an answer."""
        return (self.thinking if nth <= 1 else self.thinking_on).format(question=question, nth=nth)

    def plan(self, question: str, tools: list[str], results: int) -> str:
        """Write the thinking before calls."""
        names = self.comma.join(dict.fromkeys(tools))
        return (self.planning_on if results else self.planning).format(question=question, tools=names, count=len(tools))

    def weigh(self, tools: list[str]) -> str:
        """Write the thinking over results."""
        return self.weighing.format(tools=self.comma.join(dict.fromkeys(tools)), count=len(tools))

    def report(self, results: list[tuple[str, str]], model: str) -> str:
        """Write an answer from results."""
        lines = [self.result.format(tool=tool, text=text) for tool, text in results]
        return "\n".join([self.reported.format(model=model), "", *lines, "", self.reported_end])

    def came(self, media: list[tuple[str, int | None]]) -> str:
        """Write what pictures and videos came: type and size, or the address; "" where there are none."""
        sized = [kind if size is None else self.medium.format(kind=kind, size=f"{size:,}") for kind, size in media]
        return self.media.format(media=self.comma.join(sized)) if sized else ""

    def sample(self, question: str, model: str, nth: int, before: str, first: str, came: str = "") -> str:
        """Write an answer that shows what a display can do, the part named ``first`` at its head."""
        opening = self.opening.format(question=question, model=model, nth=nth)
        again = [self.again.format(before=before, nth=nth)] if before else []
        again += [came] if came else []
        parts = [self.parts[first], *(text for name, text in self.parts.items() if name != first)]
        return "\n\n".join([opening, *again, *parts, self.closing])


_SPEED = r"$$v = \frac{n}{t_{\mathrm{last}} - t_{\mathrm{first}}}$$"
_CODE = '```python\nmessages.append(reply.message)\nmessages.append({{"role": "user", "content": "{text}"}})\n```'

ENGLISH = Phrases(
    thinking=(
        "The question is: {question}\n\n"
        "No recording answers it and there is no model here, so this is a rehearsal. "
        "What can be rehearsed is the form: first some thinking, then an answer in Markdown. "
        "I will say plainly what this is, then show a list, a table, a formula and a few lines of code."
    ),
    thinking_on=(
        "This is message number {nth} of the conversation: {question}\n\n"
        "It is still a rehearsal. The earlier messages came along in the request, so I can point back to the last one "
        "before I show the sample again."
    ),
    planning=(
        "The question is: {question}\n\n"
        "This is a rehearsal, but the tools on offer are real. {tools} looks like the one to use. "
        "I read its schema, take what fits from the question and make {count} call(s); then I wait for the results."
    ),
    planning_on=(
        "A result has come back, and the question also speaks of something that {tools} does. "
        "I call that too before I answer: {count} call(s)."
    ),
    weighing=(
        "{count} result(s) came back, from {tools}. Nothing more needs to be called. "
        "I repeat what the results say and add nothing of my own, for there is no model here to judge them."
    ),
    opening=(
        "**This is a rehearsal.** The embedded server plays the part of {model}; no model has read your question. "
        "You asked: {question}"
    ),
    again="Before that you asked: {before}. This is message {nth} of our conversation.",
    parts={
        "list": (
            "A reply comes in this order:\n\n"
            "1. **thinking**, which folds away when the answer starts\n"
            "2. **tool calls**, if tools were offered\n"
            "3. **the answer**, rendered while it grows"
        ),
        "table": (
            "| Form | Where the thinking is | How to ask for it |\n"
            "|---|---|---|\n"
            "| split | `reasoning_details` | `reasoning_split: true` |\n"
            "| native | at the head of `content`, between tags | nothing to do |"
        ),
        "formula": "The speed of a reply counts from its first token to its last:\n\n" + _SPEED,
        "code": _CODE.format(text="Go on."),
    },
    closing="With a key in `MINIMAX_API_KEY` the same cell asks the real model.",
    reported="**This is a rehearsal** of {model}: it called your tools and reads their results back to you.",
    result="- {tool} says: {text}",
    media="With the question came: {media}.",
    medium="{kind} ({size} bytes)",
    reported_end="A real model would now answer in its own words.",
    form=(
        "The question is: {question}\n\n"
        "This is a rehearsal, and there is no model here. The answer is to fit a JSON schema, so I fill it in: what I "
        "write has the right form, and nobody has judged anything."
    ),
    comma=", ",
)

CHINESE = Phrases(
    thinking=(
        "用户的问题是：{question}\n\n"
        "没有录制过的回答与它对应，这里也没有模型，所以这是一次排练。"
        "能排练的是形式：先思考，再用 Markdown 作答。"
        "我会先说明这是什么，再展示列表、表格、公式和几行代码。"
    ),
    thinking_on=(
        "这是对话中的第 {nth} 条消息：{question}\n\n"
        "仍然是排练。之前的消息随请求一起到达，所以我可以先提到上一个问题，再展示示例。"
    ),
    planning=(
        "用户的问题是：{question}\n\n"
        "这是排练，但提供的工具是真的。{tools} 看起来合适。"
        "我读取它的参数说明，从问题中取出合适的内容，发出 {count} 次调用，然后等待结果。"
    ),
    planning_on="已经收到结果，而问题还提到了 {tools} 能做的事。回答之前我也调用它：{count} 次。",
    weighing="收到了 {count} 个结果，来自 {tools}。不需要再调用别的工具。我只复述结果，不加判断，因为这里没有模型。",
    opening="**这是一次排练。** 内置服务器扮演 {model}，没有模型读过您的问题。您问的是：{question}",
    again="在此之前您问过：{before}。这是我们对话中的第 {nth} 条消息。",
    parts={
        "list": (
            "一个回答按这样的顺序到来：\n\n"
            "1. **思考**，答案开始时会折叠\n"
            "2. **工具调用**，如果提供了工具\n"
            "3. **答案**，边生成边显示"
        ),
        "table": (
            "| 形式 | 思考的位置 | 如何请求 |\n"
            "|---|---|---|\n"
            "| 分离 | `reasoning_details` | `reasoning_split: true` |\n"
            "| 原生 | `content` 的开头，在标签之间 | 无需设置 |"
        ),
        "formula": "回答的速度从第一个 token 算到最后一个：\n\n" + _SPEED,
        "code": _CODE.format(text="请继续。"),
    },
    closing="设置 `MINIMAX_API_KEY` 之后，同一个单元格会询问真正的模型。",
    reported="**这是一次排练**，扮演的是 {model}：它调用了您的工具，并把结果读给您听。",
    result="- {tool} 的结果：{text}",
    media="随问题一起收到：{media}。",
    medium="{kind}（{size} 字节）",
    reported_end="真正的模型此时会用自己的话作答。",
    form=(
        "用户的问题是：{question}\n\n"
        "这是排练，这里没有模型。答案须符合给出的 JSON schema，所以我只按它的要求填写：值符合格式，但没有人作过判断。"
    ),
    comma="、",
)
