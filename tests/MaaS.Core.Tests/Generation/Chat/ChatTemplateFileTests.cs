using System.Text;
using MaaS.Core.Generation.Chat;
using MaaS.Tests;

namespace MaaS.Core.Tests.Generation.Chat;

public sealed class ChatTemplateFileTests
{
    private static readonly ChatMessage[] Hello = [new("user", "hi")];

    [TestCase("""{"chat_template": "{{ bos_token }}{{ messages[0].content }}", "bos_token": "<s>"}""", "<s>hi")]
    [TestCase("""{"chat_template": "{{ bos_token }}", "bos_token": {"content": "<b>", "lstrip": false}}""", "<b>")]
    [TestCase("""{"chat_template": "[{{ pad_token }}]", "pad_token": null}""", "[]")]
    [TestCase("""{"chat_template": [{"name": "default", "template": "d"}, {"name": "rag", "template": "r"}]}""", "d")]
    public void FromConfig_EveryForm_IsRead(string config, string expected)
        => Assert.That(Read(config)!.Render(Hello), Is.EqualTo(expected));

    [Test]
    public void FromConfig_ATemplateForTools_IsTakenWithTools()
    {
        var template = Read(
            """
            {"chat_template": [{"name": "default", "template": "d"},
             {"name": "tool_use", "template": "{{ tools[0].function.name }}"}]}
            """)!;

        Assert.That(
            (template.Render(Hello), template.Render(Hello, [new ChatTool("now")])), Is.EqualTo(("d", "now")));
    }

    [TestCase("{}")]
    [TestCase("""{"chat_template": null}""")]
    public void FromConfig_NoTemplate_IsNull(string config) => Assert.That(Read(config), Is.Null);

    [TestCase("[]", "object")]
    [TestCase("{", "JSON")]
    [TestCase("""{"chat_template": 3}""", "chat_template")]
    [TestCase("""{"chat_template": [{"name": "rag", "template": "r"}]}""", "'default'")]
    [TestCase("""{"chat_template": "x", "bos_token": 4}""", "bos_token")]
    [TestCase("""{"chat_template": "{% nothing %}"}""", "line 1")]
    public void FromConfig_Damaged_IsRefused(string config, string what)
        => Assert.That(() => Read(config), Throws.TypeOf<InvalidDataException>().With.Message.Contains(what));

    [Test]
    public void LoadFolder_AFileOfItsOwn_TakesPrecedence()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(
            Path.Combine(folder.Path, ChatTemplate.ConfigFile), """{"chat_template": "old", "eos_token": "</s>"}""");
        File.WriteAllText(Path.Combine(folder.Path, ChatTemplate.TemplateFile), "new{{ eos_token }}\n");

        Assert.That(ChatTemplate.LoadFolder(folder.Path)!.Render(Hello), Is.EqualTo("new</s>"));
    }

    [Test]
    public void LoadFolder_ATemplateAlone_IsRead()
    {
        using var folder = new TemporaryFolder();
        Assert.That(ChatTemplate.LoadFolder(folder.Path), Is.Null);

        File.WriteAllText(Path.Combine(folder.Path, ChatTemplate.TemplateFile), "alone");

        Assert.That(ChatTemplate.LoadFolder(folder.Path)!.Render(Hello), Is.EqualTo("alone"));
    }

    private static ChatTemplate? Read(string config) => ChatTemplate.FromConfig(Encoding.UTF8.GetBytes(config));
}
