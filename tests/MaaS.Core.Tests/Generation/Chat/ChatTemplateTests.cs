using MaaS.Core.Generation.Chat;
using MaaS.Onnx.Inference;

namespace MaaS.Core.Tests.Generation.Chat;

public sealed class ChatTemplateTests
{
    [TestCase("a\n{% include 'x' %}", "line 2", "include")]
    [TestCase("{{ x | frobnicate }}", "line 1", "frobnicate")]
    [TestCase("\n\n{{ x is prime }}", "line 3", "prime")]
    [TestCase("{{ cycler(1) }}", "line 1", "cycler")]
    [TestCase("{{ x.append(1) }}", "line 1", "append")]
    [TestCase("{% for x in y %}{{ x }}", "line 1", "endfor")]
    [TestCase("{% if x %}{% endfor %}", "line 1", "endfor")]
    [TestCase("{% for x in y recursive %}{% endfor %}", "line 1", "recursive")]
    [TestCase("{{ f(*x) }}", "line 1", "'f'")]
    [TestCase("{{ 'a }}", "line 1", "end of a string")]
    [TestCase("{{ (1 }}", "line 1", "closes nothing")]
    [TestCase("{{ (1 ", "line 1", "end of the template")]
    [TestCase("{{ 1 ] }}", "line 1", "closes nothing")]
    [TestCase("{% break %}", "line 1", "break")]
    [TestCase("{{ 99999999999999999999 }}", "line 1", "64 bits")]
    [TestCase("{# no end", "line 1", "#}")]
    [TestCase("{{ }}", "line 1", "an expression")]
    [TestCase("{% call x() %}{% endcall %}", "line 1", "call")]
    public void Parse_WhatIsNotSupported_NamesTheLineAndIt(string template, string line, string what)
        => Assert.That(
            () => ChatTemplate.Parse(template),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains(line).And.Message.Contains(what));

    [TestCase("{{ raise_exception('Only users!') }}", "Only users!")]
    [TestCase("\n{{ missing.name }}", "line 2")]
    [TestCase("{{ messages.foo.bar }}", "undefined")]
    [TestCase("{{ 1 / 0 }}", "division by zero")]
    [TestCase("{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}", "steps")]
    [TestCase("{{ range(10000000) }}", "100,000")]
    [TestCase("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "deep")]
    [TestCase("{% set n = namespace(x='ab') %}{% for i in range(60) %}{% set n.x = n.x + n.x %}{% endfor %}",
        "characters")]
    [TestCase(
        "{% set n = namespace(x='ab') %}{% for i in range(60) %}{% set n.x = n.x | replace('a', 'aaaa') %}{% endfor %}",
        "characters")]
    [TestCase("{{ 'x' * 100000000000 }}", "characters")]
    [TestCase(
        "{% set n = namespace(x=[]) %}{% for i in range(99999) %}{% set n.x = [n.x] %}{% endfor %}{{ n.x | tojson }}",
        "deep")]
    [TestCase("{{ '%s' % 1 }}", "not supported")]
    [TestCase("{{ strftime_now('%Z') }}", "%Z")]
    [TestCase("{{ 9223372036854775807 + 1 }}", "64 bits")]
    public void Render_WhatFailsOrDoesNotEnd_IsRefused(string template, string what)
        => Assert.That(
            () => ChatTemplate.Parse(template).Render([new("user", "hi")]),
            Throws.TypeOf<ModelInputException>().With.Message.Contains(what));

    [Test]
    public void Parse_NestedWithoutEnd_IsRefused()
    {
        var deep = "{{ " + new string('(', 20_000) + "1" + new string(')', 20_000) + " }}";

        Assert.That(
            () => ChatTemplate.Parse(deep),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("nested"));
    }

    [Test]
    public void Render_Variables_TakePrecedence()
    {
        var template = ChatTemplate.Parse(
            "{{ bos_token }}|{{ n + 1 }}|{{ flags.a }}|{{ list[1] }}|{{ add_generation_prompt }}|{{ tools is none }}",
            new Dictionary<string, string> { ["bos_token"] = "<s>" });

        var text = template.Render([], null, true, new Dictionary<string, object?>
        {
            ["n"] = 41,
            ["flags"] = new Dictionary<string, object?> { ["a"] = 0.5f },
            ["list"] = new[] { "x", "y" },
        });

        Assert.That(text, Is.EqualTo("<s>|42|0.5|y|True|True"));
    }

    [Test]
    public void Render_ArgumentsThatAreNoJson_AreRefused()
        => Assert.That(
            () => ChatTemplate.Parse("x").Render([new("assistant", null, [new("1", "f", "{broken")])]),
            Throws.TypeOf<ModelInputException>().With.Message.Contains("'f'"));

    [Test]
    public void Render_OnManyThreads_GivesTheSameText()
    {
        var template = ChatTemplate.Parse("{% for m in messages %}{{ loop.index }}{{ m.content }}{% endfor %}");
        var messages = Enumerable.Range(0, 20).Select(static i => new ChatMessage("user", $"m{i}")).ToArray();
        var expected = template.Render(messages);

        Parallel.For(0, 50, _ => Assert.That(template.Render(messages), Is.EqualTo(expected)));
    }
}
