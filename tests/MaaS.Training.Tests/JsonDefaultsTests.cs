using MaaS.Tests;
using MaaS.Training.Fitting;

namespace MaaS.Training.Tests;

/// <summary>Files that leave members out, as older ones do, mean the defaults.</summary>
public sealed class JsonDefaultsTests
{
    [Test]
    public void GeneratedContexts_MembersLeftOut_KeepTheirDefaults()
        => Assert.That(GeneratedJson.LostDefaults(typeof(TrainerOptions).Assembly), Is.Empty);
}
