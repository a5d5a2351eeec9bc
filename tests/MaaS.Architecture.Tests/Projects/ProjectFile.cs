using System.Xml.Linq;

namespace MaaS.Architecture.Tests.Projects;

/// <summary>What a project of src refers to, as its file says.</summary>
internal sealed class ProjectFile
{
    private readonly XDocument _xml;

    public ProjectFile(string name)
    {
        Name = name;
        _xml = XDocument.Load(Repository.ProjectFile(name));
    }

    public string Name { get; }

    public IReadOnlyList<string> References
        => [.. Includes("ProjectReference")
            .Select(static e => Path.GetFileNameWithoutExtension(Included(e).Replace('\\', '/')))];

    /// <summary>Packages that travel with the project; tools of the build do not.</summary>
    public IReadOnlyList<string> Packages
        => [.. Includes("PackageReference").Where(static e => e.Attribute("PrivateAssets") is null).Select(Included)];

    /// <summary>The project and all that it refers to, by whatever way.</summary>
    public IEnumerable<ProjectFile> Closure()
    {
        var found = new Dictionary<string, ProjectFile> { [Name] = this };
        var open = new Queue<ProjectFile>([this]);
        while (open.TryDequeue(out var project))
        {
            foreach (var reference in project.References.Where(r => !found.ContainsKey(r)))
            {
                found[reference] = new ProjectFile(reference);
                open.Enqueue(found[reference]);
            }
        }
        return found.Values;
    }

    private IEnumerable<XElement> Includes(string kind)
        => _xml.Descendants(kind).Where(static e => e.Attribute("Include") is not null);

    private static string Included(XElement element) => element.Attribute("Include")!.Value;
}
