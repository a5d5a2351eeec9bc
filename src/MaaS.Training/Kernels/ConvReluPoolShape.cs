namespace MaaS.Training.Kernels;

/// <summary>Sizes of a 3×3 convolution (stride 1, no padding), ReLU and 2×2 max-pooling.</summary>
/// <param name="Batch">Images.</param>
/// <param name="Inputs">Input channels.</param>
/// <param name="Height">Input height, at least 4.</param>
/// <param name="Width">Input width, at least 4.</param>
/// <param name="Outputs">Output channels.</param>
internal readonly record struct ConvReluPoolShape(int Batch, int Inputs, int Height, int Width, int Outputs)
{
    /// <summary>Elements that one vector holds.</summary>
    public const int Lanes = 16;

    /// <summary>Rows after pooling.</summary>
    public int PooledHeight => (Height - 2) / 2;

    /// <summary>Columns after pooling.</summary>
    public int PooledWidth => (Width - 2) / 2;

    /// <summary>Vectors that cover a pooled row.</summary>
    public int Blocks => (PooledWidth + Lanes - 1) / Lanes;

    /// <summary>Floats of the even or the odd columns of a row, with room for the last vector and its right
    /// neighbour.</summary>
    public int HalfRow => (Blocks + 1) * Lanes;

    /// <summary>Floats of an input channel with its columns split into even and odd ones.</summary>
    public int Plane => Height * 2 * HalfRow;

    /// <summary>Elements of the pooled output.</summary>
    public int OutputLength => Batch * Outputs * PooledHeight * PooledWidth;
}
