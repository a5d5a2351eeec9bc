namespace MaaS.Onnx.Quantization.Weights;

/// <summary>Rearranges row-major matrices.</summary>
internal static class MatrixLayout
{
    /// <summary>(rows, columns) to (columns, rows).</summary>
    public static T[] Transpose<T>(ReadOnlySpan<T> matrix, int rows, int columns)
    {
        var turned = new T[matrix.Length];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                turned[column * rows + row] = matrix[row * columns + column];
            }
        }
        return turned;
    }
}
