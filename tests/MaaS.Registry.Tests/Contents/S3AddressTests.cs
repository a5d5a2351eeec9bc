using MaaS.Registry.Contents;

namespace MaaS.Registry.Tests.Contents;

internal sealed class S3AddressTests
{
    [Test]
    public void Parse_AllParts_AreRead()
    {
        var address = S3Address.Parse(
            "s3://models/team/a?endpoint=https%3A%2F%2Fs3.example.org%3A9000&region=eu-1&pathStyle=false");

        Assert.That(
            address, Is.EqualTo(new S3Address(
                "models", "team/a", new Uri("https://s3.example.org:9000"), "eu-1", PathStyle: false)));
        Assert.That($"{address}", Is.EqualTo("s3://models/team/a"));
    }

    [TestCase("s3://models", "", false)]
    [TestCase("s3://models/", "", false)]
    [TestCase("s3://models/a/b/", "a/b", false)]
    [TestCase("s3://models/a?endpoint=http://127.0.0.1:9000", "a", true)]
    public void Parse_WhatMayBeLeftOut_HasItsDefault(string text, string prefix, bool pathStyle)
    {
        var address = S3Address.Parse(text);
        Assert.That((address.Prefix, address.PathStyle), Is.EqualTo((prefix, pathStyle)));
    }

    [TestCase("s3://AKIAEXAMPLE:hidden@models/a")]
    [TestCase("s3://Models/a")]
    [TestCase("s3://models/a/../b")]
    [TestCase("s3://models//a//b")]
    [TestCase("s3://models/a?secretKey=hidden")]
    [TestCase("s3://models/a?pathStyle=hidden")]
    [TestCase("s3://models/a?endpoint=https://user:hidden@example.org")]
    [TestCase("s3://models/a?endpoint=ftp://example.org")]
    [TestCase("s3://models/a?region=")]
    public void Parse_NoAddress_IsRefusedWithoutShowingIt(string text)
        => Assert.That(
            () => S3Address.Parse(text),
            Throws.ArgumentException.With.Message.Contains("s3://BUCKET/PREFIX").And.Message.Not.Contains("hidden"));
}
