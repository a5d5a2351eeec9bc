using System.Reflection;

namespace MaaS.Serving.Tests;

public sealed class DependencyTests
{
    [Test]
    public void Serving_WithAllItReferences_NeedsNoTorch()
    {
        var names = new HashSet<string>();
        Add(typeof(ServingHost).Assembly);

        Assert.That(names, Has.Member("MaaS.Core").And.Member("Microsoft.ML.OnnxRuntime"));
        Assert.That(names, Has.None.Contains("torch").IgnoreCase.And.None.EqualTo("MaaS.Training"));

        void Add(Assembly assembly)
        {
            foreach (var reference in assembly.GetReferencedAssemblies())
            {
                if (names.Add(reference.Name!) && reference.Name!.StartsWith("MaaS.", StringComparison.Ordinal))
                {
                    Add(Assembly.Load(reference));
                }
            }
        }
    }
}
