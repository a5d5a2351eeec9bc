namespace MaaS.Serving.Tests;

public sealed class VersionPolicyTests
{
    [TestCase("latest", ExpectedResult = new long[] { 9 })]
    [TestCase("latest:2", ExpectedResult = new long[] { 4, 9 })]
    [TestCase("all", ExpectedResult = new long[] { 1, 2, 4, 9 })]
    [TestCase("1, 4,7", ExpectedResult = new long[] { 1, 4 })]
    public long[] Select_Policy_TakesItsVersions(string policy) => [.. VersionPolicy.TryParse(policy)!.Select([1, 9, 2, 4]).Order()];

    [TestCase("latest", ExpectedResult = new long[] { 2, 4, 9 }, Description = "2 stands in for 9 and 4")]
    [TestCase("latest:2", ExpectedResult = new long[] { 1, 2, 4, 9 })]
    [TestCase("latest:9", ExpectedResult = new long[] { 1, 2, 4, 9 })]
    [TestCase("4,9", ExpectedResult = new long[] { 4, 9 }, Description = "who names versions wants no others")]
    public long[] Select_BrokenVersions_AreReplacedByOlderOnes(string policy)
        => [.. VersionPolicy.TryParse(policy)!.Select([1, 9, 2, 4], static v => v is 9 or 4).Order()];

    [TestCase("")]
    [TestCase("newest")]
    [TestCase("latest:0")]
    [TestCase("latest:x")]
    [TestCase("1,,2")]
    [TestCase("-1")]
    [TestCase(null)]
    public void TryParse_NoPolicy_IsNull(string? text) => Assert.That(VersionPolicy.TryParse(text), Is.Null);
}
