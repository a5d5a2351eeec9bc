using MaaS.Training.Tracing;
using MaaS.Training.Tracing.LibTorch;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Tracing.LibTorch;

/// <summary>Layouts with one wrong offset, for a process of its own.</summary>
internal static class WrongOffset
{
    private static readonly int[] Errors = [-280, -40, -16, -8, -4, 4, 8, 16, 24, 32, 64, 720];

    /// <summary>Layouts that differ from the right one in one place.</summary>
    public static IEnumerable<(string Name, TracerLayout Layout)> All(TracerLayout right)
    {
        foreach (var error in Errors)
        {
            yield return ($"StateGraph {error}", right with { StateGraph = right.StateGraph + error });
            yield return ($"NodeKind {error}", right with { NodeKind = right.NodeKind + error });
            yield return ($"NodeOutputs {error}", right with { NodeOutputs = right.NodeOutputs + error });
            yield return ($"NodeNext {error}", right with { NodeNext = right.NodeNext + error });
        }
    }

    /// <summary>Tests each; writes the accepted ones and the number of refused ones.</summary>
    public static int TryAll()
    {
        using var loads = ones(1);
        var library = LoadedLibTorch.Find();
        var functions = new TracerFunctions(library);
        var right = TracerLayout.Of(library.Version, library.Abi);
        TracerSelfTest.Run(library, functions, right);
        var refused = 0;
        foreach (var (name, layout) in All(right))
        {
            try
            {
                TracerSelfTest.Run(library, functions, layout);
                Console.WriteLine($"accepted {name}");
            }
            catch (TracingException)
            {
                refused++;
            }
        }

        TracerSelfTest.Run(library, functions, right);
        Console.WriteLine($"refused {refused}");
        return 0;
    }
}
