using System.Text;
using MaaS.Serving.Faults;
using MaaS.Serving.OpenAi;
using MaaS.Serving.OpenAi.Chat;

namespace MaaS.Serving.Tests.OpenAi;

public sealed class RequestTextTests
{
    [TestCase("""{"tools":[{"parameters":{"enum":["a","\ud800"]}}]}""", "tools[0].parameters.enum[1]")]
    [TestCase("""{"response_format":{"properties":{"a":1,"\udc00":2}}}""", "response_format.properties")]
    [TestCase("""{"a":[[1,2],{"b":1,"c":{},"b":2}]}""", "a[1].b")]
    [TestCase("""{"messages":[{"role":"user"},{"content":"\ud83d"}]}""", "messages[1].content")]
    [TestCase("""{"model":"a","model":"b"}""", "model")]
    [TestCase("""{"b":1,"\u0062":2}""", "b")]
    public void Parse_NoUnicodeOrTwice_NamesThePlace(string body, string place)
        => Assert.That(
            () => RequestFields.Parse(Encoding.UTF8.GetBytes(body)),
            Throws.TypeOf<RequestException>().With.Property("Parameter").EqualTo(place)
                .And.Property("Kind").EqualTo(FaultKind.InvalidArgument));

    [Test]
    public void Parse_PairsAndEqualNamesInDifferentObjects_AreTaken()
        => Assert.That(
            RequestFields.Parse("""{"a":"\ud83d\ude00","b":[{"a":1},{"a":1}],"c":{"a":{"a":null}}}"""u8).Text("a"),
            Is.EqualTo("😀"));

    [TestCase("messages")]
    [TestCase("tools")]
    [TestCase("add_generation_prompt")]
    [TestCase("bos_token")]
    [TestCase("eos_token")]
    public void ChatRequest_TemplateVariableOfTheServersOwn_IsRefused(string name)
    {
        var body = $$$"""
            {"model":"m","messages":[{"role":"user","content":"a"}],"chat_template_kwargs":{"{{{name}}}":"x"}}
            """;

        Assert.That(
            () => ChatRequest.Read(RequestFields.Parse(Encoding.UTF8.GetBytes(body))),
            Throws.TypeOf<RequestException>().With.Property("Parameter").EqualTo($"chat_template_kwargs.{name}"));
    }
}
