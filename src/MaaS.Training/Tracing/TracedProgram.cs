using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Training.Tracing;

/// <summary>Several traced runs of one module as one: the same operators, numbers that may differ between the
/// runs.</summary>
/// <param name="Inputs">Example inputs, then parameters and buffers.</param>
/// <param name="Operators">The operators in order.</param>
/// <param name="Outputs">Values that forward returned.</param>
internal sealed record TracedProgram(
    IReadOnlyList<TracedValue> Inputs, IReadOnlyList<TracedOperator> Operators, IReadOnlyList<Argument> Outputs);

/// <summary>A tensor in the trace.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Sizes by axis.</param>
/// <param name="IsContiguous">Whether its elements lay in row-major order, which decides when a reshape is a
/// view.</param>
internal sealed record TracedValue(int Id, DataType Type, IReadOnlyList<TracedSize> Shape, bool IsContiguous);

/// <summary>An operator that ran.</summary>
/// <param name="Name">ATen's name, such as <c>aten::add_</c>.</param>
/// <param name="Overload">The overload, such as <c>Tensor</c>; may be empty.</param>
/// <param name="ModulePath">The submodule that ran it.</param>
/// <param name="Writes">Whether it writes into one of its arguments.</param>
/// <param name="Arguments">By the schema's names.</param>
/// <param name="Outputs">Its tensors.</param>
internal sealed record TracedOperator(
    string Name, string Overload, string ModulePath, bool Writes, IReadOnlyDictionary<string, Argument> Arguments,
    IReadOnlyList<TracedValue> Outputs);
