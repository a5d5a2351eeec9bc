using System.Reflection;

namespace MaaS.Architecture.Tests.Projects;

public sealed class ProjectTests
{
    // Packages whose assembly has another name.
    private static readonly Dictionary<string, string> Assemblies = new() { ["Parquet.Net"] = "Parquet" };

    [Test]
    public void Projects_SeeWhatThePageSays()
        => new DocumentTable("projects", "project", "holds", "sees", "packages").Check(
            Repository.Projects.Select(static p => new ProjectFile(p))
                .Select(static p => new[] { p.Name, Cell(p.References), Cell(p.Packages) }));

    [TestCase("MaaS.Serving"), TestCase("MaaS.Serving.Images"), TestCase("MaaS.Serving.GenAI"), TestCase("MaaS.Client")]
    public void Servers_WithAllTheyReferTo_NeedNoTorch(string project)
    {
        var closure = new ProjectFile(project).Closure().ToList();

        Assert.That(closure.SelectMany(static p => p.Packages), Has.None.Contains("torch").IgnoreCase);
        Assert.That(closure.Select(static p => p.Name), Has.None.EqualTo("MaaS.Training"));
    }

    [Test]
    public void Core_WithAllItRefersTo_NeedsNeitherTorchNorAWebServer()
    {
        var assemblies = new ProjectFile("MaaS.Core").Closure()
            .SelectMany(
                static p => Assembly.LoadFrom(Path.Combine(AppContext.BaseDirectory, p.Name + ".dll"))
                    .GetReferencedAssemblies());

        Assert.That(
            assemblies.Select(static a => a.Name),
            Has.None.Contains("torch").IgnoreCase.And.None.StartsWith("Microsoft.AspNetCore"));
    }

    [TestCaseSource(nameof(ProjectsWithCode))]
    public void Packages_ThatAProjectRefersTo_AreUsedByIt(string project)
    {
        var file = new ProjectFile(project);
        var assembly = project == "MaaS.Cli" ? "maas" : project;
        var used = Assembly.LoadFrom(Path.Combine(AppContext.BaseDirectory, assembly + ".dll"))
            .GetReferencedAssemblies().Select(static a => a.Name);

        // Native assets have no assembly to be referred to, and LightGBM is one that is called by address.
        Assert.That(
            file.Packages.Where(static p => p != "LightGBM" && !p.Contains("NativeAssets", StringComparison.Ordinal))
                .Select(static p => Assemblies.GetValueOrDefault(p, p)),
            Is.SubsetOf(used));
    }

    private static IEnumerable<string> ProjectsWithCode => Repository.Projects.Where(static p => p != "MaaS");

    private static string Cell(IReadOnlyList<string> names) => names.Count == 0 ? "–" : string.Join(", ", names);
}
