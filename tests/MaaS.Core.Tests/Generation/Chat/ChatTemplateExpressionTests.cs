using MaaS.Core.Generation.Chat;
using MaaS.Onnx.Inference;

namespace MaaS.Core.Tests.Generation.Chat;

public sealed class ChatTemplateExpressionTests
{
    [Test]
    public void Render_RandomExpressions_AreAsJinjaHasThem([Range(0, 9)] int seed)
    {
        var expressions = new RandomExpressions(seed);
        var variables = RandomExpressions.Variables;
        var (compared, refused) = (0, 0);
        List<string> differences = [];
        for (var i = 0; i < 1000; i++)
        {
            var template = $"{{{{ {expressions.Next()} }}}}";
            var (expected, error) = JinjaOracle.Render(template, variables);
            var actual = Text(template, variables, out var fault);
            // Formatting by '%' is refused, and so is printing a method, which Jinja does by its address.
            if (fault?.Contains("'%' is not supported", StringComparison.Ordinal) == true
                || fault?.Contains("a function cannot be printed", StringComparison.Ordinal) == true)
            {
                continue;
            }

            if (expected is null ? actual is not null : actual != expected)
            {
                differences.Add($"{template}\n  Jinja: {expected ?? error}\n  MaaS:  {actual ?? fault}");
            }

            (compared, refused) = expected is null ? (compared, refused + 1) : (compared + 1, refused);
        }

        TestContext.Out.WriteLine($"{compared} equal texts, {refused} refused by both");
        Assert.That(differences, Is.Empty, string.Join('\n', differences.Take(20)));
        Assert.That(compared, Is.GreaterThan(200));
    }

    private static string? Text(string template, System.Text.Json.Nodes.JsonObject variables, out string? fault)
    {
        fault = null;
        try
        {
            return ChatTemplate.Parse(template).Render([], null, false, JinjaOracle.More(variables));
        }
        catch (Exception e) when (e is ModelInputException or InvalidDataException)
        {
            fault = e.Message;
            return null;
        }
    }
}
