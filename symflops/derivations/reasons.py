"""The sentences of derivations, one table a language.

A place is filled with a formula, ``{outputs}``; with a count and its noun, ``{mul:multiplication}`` or
``{n:entry|entries}``; with a word of the language, ``{unit!w}``, or in the plural, ``{unit!p}``; with operations
and how many there are of each, ``{counts!o}``; with layers, ``{name!l}``; or with code, ``{name!c}``. Both
languages have the same keys and the same places.
"""

from __future__ import annotations

SENTENCES: dict[str, dict[str, str]] = {
    "en": {
        # what one output takes
        "dot": "Each of the {outputs} outputs is a dot product of {terms:term}: {counts!o}.",
        "dot_one": "The output is a dot product of {terms:term}: {counts!o}.",
        "dot_real": (
            "Each of the {outputs} outputs is the real part of a dot product of {terms} complex "
            "numbers: {counts!o}."
        ),
        "dot_real_one": (
            "The output is the real part of a dot product of {terms} complex numbers: {counts!o}."
        ),
        "dot_complex": (
            "Each of the {outputs} outputs is a dot product of {terms} complex numbers; a complex "
            "product takes four multiplications, a subtraction and an addition, a complex sum two "
            "additions: {counts!o}."
        ),
        "dot_complex_one": (
            "The output is a dot product of {terms} complex numbers; a complex product takes four "
            "multiplications, a subtraction and an addition, a complex sum two additions: {counts!o}."
        ),
        "product": "Each of the {outputs} outputs is a single product: {counts!o}.",
        "product_one": "The output is a single product: {counts!o}.",
        "added_up": (
            "The {entries:product} are added up to {sums:sum}; a sum takes one addition fewer than it "
            "has products: {counts!o}."
        ),
        "pooled": (
            "Together the outputs are taken from {entries:entry|entries}; each needs one addition or "
            "comparison fewer than it has entries: {counts!o}."
        ),
        "bias": "For the bias, each of the {outputs} outputs takes {counts!o} more.",
        "bias_one": "For the bias, the output takes {counts!o} more.",
        "each": "Each of the {outputs} elements takes {counts!o}.",
        "each_one": "The one element takes {counts!o}.",
        "reduced": "Each of the {outputs} outputs comes from {entries:entry|entries}: {counts!o}.",
        "reduced_one": "The output comes from {entries:entry|entries}: {counts!o}.",
        "row": "Each of the {outputs} rows has {entries:entry|entries} and takes {counts!o}.",
        "row_one": "The row has {entries:entry|entries} and takes {counts!o}.",
        "butterfly": "The fast Fourier transform has {outputs} butterflies; each takes {counts!o}.",
        "taken": "It takes {counts!o}.",
        "own": "{why}: {counts!o}.",
        # what has weights, and what is kept
        "filters": "Each of the {outputs} filters has {terms:weight}.",
        "filters_one": "The filter has {terms:weight}.",
        "matrix": "Each of the {outputs} outputs has {terms:weight} of its own.",
        "matrix_one": "The output has {terms:weight}.",
        "biases": "Each of the {elements} channels of the output has a bias.",
        "biases_one": "The one channel of the output has a bias.",
        "table": "The table has {rows:row} of {columns:element}.",
        "weight": "{name!c} has {elements:element}.",
        "weights_each": "{names!c} have {elements:element} each.",
        "output_elements": "The output has {elements:element}.",
        "kept": "For the next decoding step {elements:element} are kept.",
        "bytes": "An element of {dtype!c} takes {bytes:byte}.",
        # layers
        "layer": "{name!l}:",
        "alike": "{names!l}: the same as {name!l}.",
        "left_out": "Not counted: {names!l}.",
        "nothing_counted": "nothing in it is counted",
        "portion": "Per {unit!w}: divided by the {count} {unit!p} of the input.",
        "with_values": "With {values}:",
        "convention": "{sentence}",
        "mask": "Query {index} sees {keys:key}: {sum} pairs of a query and a key.",
        "repeated": "There are {n} equal blocks.",
        "routed": "Of {of:expert}, {n:is chosen|are chosen}.",
        "experts": "There are {n:expert}.",
        "shared_by_steps": "The {n} steps share the weights of one.",
        "blocks_differ": "The blocks differ by their index {index}, from {first} to {last}.",
        "sums_of_powers": "Here {sums}.",
        "tied": "Weights that layers share are counted once: {names!l}.",
        # sizes, fields and ratios
        "slides": (
            "A window of {kernel} with stride {stride}, padding {padding} and dilation {dilation} has a "
            "place at the start of the padded axis, and one more for each stride that still fits."
        ),
        "steps_of_window": "steps of the window, plus one",
        "axes_alike": "The same holds for {sizes}.",
        "output_shape": "The output has {shape} elements.",
        "fields": (
            "A window of {k} widens the receptive field by {more}, where {j} is the distance in the input "
            "between neighbouring positions; a stride multiplies {j}."
        ),
        "fields_of_block": "One block by itself:",
        "field_of": "{layer!c}: a window of {kernel}",
        "field_of_one": "a window of {kernel}",
        "field_of_several": "{first!c} to {last!c}: windows of {kernel}",
        "stride_of": "{layer!c}: stride {stride}",
        "field_alone": "a position sees itself alone",
        "field_as_it_is": "as the layers compose",
        "axis_alike": "Axis {axis} is as axis {other}.",
        "ratio": "{above!c} over {below!c}:",
        "cancelled": "common factors cancelled",
        "results": "the results put in",
        # lines
        "one_output": "one output, times the outputs",
        "collected": "like terms collected",
        "sum": "the sum of the parts",
        "summed": "the sum of its layers",
        "values": "the numbers put in",
        "put_in": "the elements put in",
        "closed": "the sum in closed form",
        "as_asked": "in the form asked for",
        # the whole
        "where": "where",
    },
    "zh": {
        "dot": "共有 {outputs} 个输出，每个输出是 {terms} 项的内积：{counts!o}。",
        "dot_one": "输出是 {terms} 项的内积：{counts!o}。",
        "dot_real": "共有 {outputs} 个输出，每个输出是 {terms} 个复数的内积的实部：{counts!o}。",
        "dot_real_one": "输出是 {terms} 个复数的内积的实部：{counts!o}。",
        "dot_complex": (
            "共有 {outputs} 个输出，每个输出是 {terms} 个复数的内积；一次复数乘法需四次乘法、一次减法和一次加法，"
            "一次复数加法需两次加法：{counts!o}。"
        ),
        "dot_complex_one": (
            "输出是 {terms} 个复数的内积；一次复数乘法需四次乘法、一次减法和一次加法，"
            "一次复数加法需两次加法：{counts!o}。"
        ),
        "product": "共有 {outputs} 个输出，每个输出只是一个乘积：{counts!o}。",
        "product_one": "输出只是一个乘积：{counts!o}。",
        "added_up": "共 {entries} 个乘积，相加成 {sums} 个和，每个和所需的加法比其乘积个数少一次：{counts!o}。",
        "pooled": (
            "全部输出共由 {entries} 个元素得到；每个输出所需的加法或比较比其元素个数少一次：{counts!o}。"
        ),
        "bias": "加偏置：{outputs} 个输出各再需 {counts!o}。",
        "bias_one": "加偏置：输出再需 {counts!o}。",
        "each": "{outputs} 个元素，每个需 {counts!o}。",
        "each_one": "唯一的元素需 {counts!o}。",
        "reduced": "共有 {outputs} 个输出，每个输出由 {entries} 个元素得到：{counts!o}。",
        "reduced_one": "输出由 {entries} 个元素得到：{counts!o}。",
        "row": "共有 {outputs} 行，每行 {entries} 个元素，需 {counts!o}。",
        "row_one": "这一行有 {entries} 个元素，需 {counts!o}。",
        "butterfly": "快速傅里叶变换共有 {outputs} 个蝶形运算，每个需 {counts!o}。",
        "taken": "需 {counts!o}。",
        "own": "{why}：{counts!o}。",
        "filters": "共有 {outputs} 个卷积核，每个卷积核有 {terms} 个权重。",
        "filters_one": "卷积核有 {terms} 个权重。",
        "matrix": "共有 {outputs} 个输出，每个输出有各自的 {terms} 个权重。",
        "matrix_one": "输出有 {terms} 个权重。",
        "biases": "输出的 {elements} 个通道各有一个偏置。",
        "biases_one": "输出的唯一通道有一个偏置。",
        "table": "表有 {rows} 行，每行 {columns} 个元素。",
        "weight": "{name!c} 有 {elements} 个元素。",
        "weights_each": "{names!c} 各有 {elements} 个元素。",
        "output_elements": "输出有 {elements} 个元素。",
        "kept": "为下一步解码保留 {elements} 个元素。",
        "bytes": "{dtype!c} 的每个元素占 {bytes} 字节。",
        "layer": "{name!l}：",
        "alike": "{names!l}：与 {name!l} 相同。",
        "left_out": "不计入：{names!l}。",
        "nothing_counted": "没有计入任何运算",
        "portion": "按每个{unit!w}计：除以输入的 {count} 个{unit!p}。",
        "with_values": "取 {values}：",
        "convention": "{sentence}",
        "mask": "第 {index} 个查询可见 {keys} 个键：查询与键共 {sum} 对。",
        "repeated": "共有 {n} 个相同的模块。",
        "routed": "{of} 个专家中选用 {n} 个。",
        "experts": "共有 {n} 个专家。",
        "shared_by_steps": "{n} 步共用一步的权重。",
        "blocks_differ": "各模块因下标 {index} 而异，{index} 从 {first} 到 {last}。",
        "sums_of_powers": "其中 {sums}。",
        "tied": "各层共用的权重只计一次：{names!l}。",
        "slides": (
            "大小为 {kernel}、步幅为 {stride}、填充为 {padding}、膨胀率为 {dilation} 的窗口，"
            "在填充后的轴的起点有一个位置，此后每能再移动一个步幅就多一个位置。"
        ),
        "steps_of_window": "窗口滑动的步数加一",
        "axes_alike": "{sizes} 同理。",
        "output_shape": "输出共有 {shape} 个元素。",
        "fields": (
            "大小为 {k} 的窗口使感受野增大 {more}，其中 {j} 是相邻位置在输入上的间距；步幅使 {j} 成倍增大。"
        ),
        "fields_of_block": "单独一个模块：",
        "field_of": "{layer!c}：窗口大小为 {kernel}",
        "field_of_one": "窗口大小为 {kernel}",
        "field_of_several": "{first!c} 至 {last!c}：窗口大小均为 {kernel}",
        "stride_of": "{layer!c}：步幅为 {stride}",
        "field_alone": "每个位置只看到自身",
        "field_as_it_is": "各层复合的结果",
        "axis_alike": "第 {axis} 轴与第 {other} 轴相同。",
        "ratio": "{above!c} 与 {below!c} 之比：",
        "cancelled": "约去公因子",
        "results": "代入各结果",
        "one_output": "一个输出的次数乘以输出个数",
        "collected": "合并同类项",
        "sum": "各部分之和",
        "summed": "其各层之和",
        "values": "代入数值",
        "put_in": "代入元素个数",
        "closed": "和的闭式",
        "as_asked": "化为所要的形式",
        "where": "其中",
    },
}
