namespace MaaS.Serving.Tests;

public sealed class VersionPolicyTests
{
    [TestCase("latest", ExpectedResult = new[] { 9 })]
    [TestCase("latest:2", ExpectedResult = new[] { 4, 9 })]
    [TestCase("all", ExpectedResult = new[] { 1, 2, 4, 9 })]
    [TestCase("1, 4,7", ExpectedResult = new[] { 1, 4 })]
    public int[] Select_Policy_TakesItsVersions(string policy) => [.. VersionPolicy.TryParse(policy)!.Select([1, 9, 2, 4]).Order()];

    [TestCase("")]
    [TestCase("newest")]
    [TestCase("latest:0")]
    [TestCase("latest:x")]
    [TestCase("1,,2")]
    [TestCase("-1")]
    [TestCase(null)]
    public void TryParse_NoPolicy_IsNull(string? text) => Assert.That(VersionPolicy.TryParse(text), Is.Null);
}
