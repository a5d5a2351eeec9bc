using MaaS.Onnx.Schema;
using MaaS.Training.Tracing.LibTorch;
using static TorchSharp.torch;

namespace MaaS.Training.Tracing;

/// <summary>One run of a forward function as libtorch recorded it (docs/tracing.md).</summary>
/// <param name="Inputs">The tensors that were given, in their order; the same value may come twice.</param>
/// <param name="Nodes">The operators in order, constants among them.</param>
/// <param name="Outputs">The numbers of the values that forward returned.</param>
/// <param name="Constants">The constants of type tensor, by index.</param>
internal sealed record Trace(
    IReadOnlyList<TraceValue> Inputs, IReadOnlyList<TraceNode> Nodes, IReadOnlyList<int> Outputs,
    IReadOnlyList<TensorProto> Constants);

/// <summary>A value of the trace.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Type">libtorch's name for its type, such as <c>Tensor</c> or <c>Tensor[]</c>.</param>
/// <param name="ElementType">A tensor's, in this run.</param>
/// <param name="Sizes">A tensor's, in this run.</param>
/// <param name="Strides">A tensor's, in this run.</param>
internal sealed record TraceValue(int Id, string Type, ScalarType? ElementType, long[]? Sizes, long[]? Strides);

/// <summary>An executed operator.</summary>
/// <param name="Op">Its name, such as <c>aten::add_</c> or <c>prim::Constant</c>.</param>
/// <param name="Schema">The overload; null in the namespace <c>prim</c> and where libtorch knows none.</param>
/// <param name="ModulePath">The submodule that ran it.</param>
/// <param name="Inputs">The arguments, in the schema's order.</param>
/// <param name="Outputs">The results.</param>
/// <param name="Constant">What a <c>prim::Constant</c> holds.</param>
internal sealed record TraceNode(
    string Op, OperatorSchema? Schema, string ModulePath, IReadOnlyList<int> Inputs, IReadOnlyList<TraceValue> Outputs,
    TraceConstant? Constant);
