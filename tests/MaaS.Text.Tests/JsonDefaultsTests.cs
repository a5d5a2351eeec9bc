using MaaS.Tests;

namespace MaaS.Text.Tests;

/// <summary>Files that leave members out, as older ones do, mean the defaults.</summary>
public sealed class JsonDefaultsTests
{
    [Test]
    public void GeneratedContexts_MembersLeftOut_KeepTheirDefaults()
        => Assert.That(GeneratedJson.LostDefaults(typeof(Tokenizer).Assembly), Is.Empty);
}
