namespace MaaS.Training.Export.Sizes;

/// <summary>Arithmetic on sizes as C# has it on <c>long</c>, and ONNX on int64: a quotient is cut towards zero, and a
/// remainder has the dividend's sign.</summary>
internal enum SizeOperator
{
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    Min,
    Max,
}
