using System.Diagnostics.CodeAnalysis;

namespace MaaS.Training.Tracing.LibTorch;

/// <summary>Byte offsets of the fields that libtorch gives no exported accessor for.</summary>
/// <param name="StateGraph"><c>TracingState.graph</c>, a shared_ptr.</param>
/// <param name="NodeKind"><c>Node.kind_</c>, a 32-bit symbol.</param>
/// <param name="NodeOutputs"><c>Node.outputs_</c>, a vector of pointers.</param>
/// <param name="NodeNext"><c>Node.next_in_graph</c>: the next node, and the one before it a word later.</param>
internal sealed record TracerLayout(int StateGraph, int NodeKind, int NodeOutputs, int NodeNext)
{
    private static readonly Dictionary<(LibTorchVersion Version, CppAbi Abi), TracerLayout> Known = new()
    {
        [(new(2, 10, 0), CppAbi.Itanium)] = new(StateGraph: 16, NodeKind: 8, NodeOutputs: 40, NodeNext: 280),
        [(new(2, 10, 0), CppAbi.Msvc)] = new(StateGraph: 16, NodeKind: 8, NodeOutputs: 40, NodeNext: 280),
    };

    /// <summary>The layout of a libtorch.</summary>
    /// <exception cref="TracingException">None is known for it.</exception>
    public static TracerLayout Of(LibTorchVersion version, CppAbi abi)
    {
        if (!Known.TryGetValue((version, abi), out var layout))
        {
            Refuse(version.ToString());
        }

        return layout;
    }

    /// <summary>Refuses a libtorch.</summary>
    [DoesNotReturn]
    public static void Refuse(string version) => throw new TracingException(
        $"expected libtorch {string.Join(" or ", Known.Keys.Select(static key => key.Version).Distinct())}, got "
            + $"{version}. "
        + "Reference the version of TorchSharp that this version of MaaS was built for, or a MaaS that knows this "
            + "libtorch");
}
