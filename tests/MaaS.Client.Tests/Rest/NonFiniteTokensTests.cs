using System.Text;
using MaaS.Client.Rest;

namespace MaaS.Client.Tests.Rest;

/// <summary>Bare tokens in JSON.</summary>
public sealed class NonFiniteTokensTests
{
    [TestCase("[NaN,-Infinity, Infinity]", """["NaN","-Infinity", "Infinity"]""")]
    [TestCase("""{"NaN":"NaN \" Infinity","x":NaN}""", """{"NaN":"NaN \" Infinity","x":"NaN"}""")]
    [TestCase("""["Infinity\\",NaN]""", """["Infinity\\","NaN"]""")]
    [TestCase("[1,2]", "[1,2]")]
    public void Quote_BareTokens_AreQuotedOutsideOfTexts(string json, string expected)
        => Assert.That(
            Encoding.UTF8.GetString(NonFiniteTokens.Quote(Encoding.UTF8.GetBytes(json)).Span), Is.EqualTo(expected));
}
