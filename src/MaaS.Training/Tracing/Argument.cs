using System.Numerics;
using MaaS.Onnx.Schema;

namespace MaaS.Training.Tracing;

/// <summary>What an operator was called with.</summary>
public abstract record Argument
{
    /// <summary>Nothing: an optional argument left out.</summary>
    public sealed record None : Argument;

    /// <summary>An integer; also an element type, a layout or a memory format.</summary>
    /// <param name="Value">The integer, in terms of the dynamic axes where it moves with them.</param>
    public sealed record Int(TracedSize Value) : Argument;

    /// <summary>A real, once per traced run.</summary>
    /// <param name="Values">The real of each run, in the order of the runs.</param>
    public sealed record Real(IReadOnlyList<double> Values) : Argument;

    /// <summary>A complex number.</summary>
    /// <param name="Value">The number.</param>
    public sealed record ComplexNumber(Complex Value) : Argument;

    /// <summary>True or false.</summary>
    /// <param name="Value">True or false.</param>
    public sealed record Flag(bool Value) : Argument;

    /// <summary>Text; the name of a device is text too.</summary>
    /// <param name="Value">The text.</param>
    public sealed record Text(string Value) : Argument;

    /// <summary>A list of arguments: sizes, tensors, optional tensors.</summary>
    /// <param name="Items">The arguments, in order.</param>
    public sealed record List(IReadOnlyList<Argument> Items) : Argument;

    /// <summary>A tensor that the trace computed, or an input, parameter or buffer.</summary>
    /// <param name="Id">Its number in the trace.</param>
    public sealed record Computed(int Id) : Argument;

    /// <summary>A tensor that forward made outside of torch's sight, once per traced run.</summary>
    /// <param name="Values">The tensor of each run, in the order of the runs.</param>
    public sealed record Constant(IReadOnlyList<TensorProto> Values) : Argument;
}
