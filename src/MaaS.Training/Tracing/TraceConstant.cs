using System.Numerics;

namespace MaaS.Training.Tracing;

/// <summary>A constant of a trace.</summary>
internal abstract record TraceConstant
{
    /// <summary>Nothing: an optional argument left out.</summary>
    public sealed record None : TraceConstant;

    /// <summary>True or false.</summary>
    public sealed record Flag(bool Value) : TraceConstant;

    /// <summary>An integer.</summary>
    public sealed record Int(long Value) : TraceConstant;

    /// <summary>A real, which may be infinite or NaN.</summary>
    public sealed record Real(double Value) : TraceConstant;

    /// <summary>A complex number.</summary>
    public sealed record ComplexNumber(Complex Value) : TraceConstant;

    /// <summary>Text; the name of a device is text too.</summary>
    public sealed record Text(string Value) : TraceConstant;

    /// <summary>A list of constants.</summary>
    public sealed record List(IReadOnlyList<TraceConstant> Items) : TraceConstant;

    /// <summary>A tensor that forward made outside of torch's sight.</summary>
    /// <param name="Index">Its place among <see cref="Trace.Constants"/>.</param>
    public sealed record Tensor(int Index) : TraceConstant;
}
