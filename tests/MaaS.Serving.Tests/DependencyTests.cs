namespace MaaS.Serving.Tests;

public sealed class DependencyTests
{
    // This folder holds what an application gets that references MaaS.Serving.
    [Test]
    public void Serving_WithAllItNeeds_CarriesNoTorch()
    {
        var files = Directory.GetFiles(TestContext.CurrentContext.TestDirectory, "*", SearchOption.AllDirectories).Select(Path.GetFileName).ToList();

        Assert.That(files, Has.Member("MaaS.Serving.dll"));
        Assert.That(files, Has.None.Contains("torch").IgnoreCase);
    }
}
