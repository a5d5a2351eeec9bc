using System.Text.Json;
using MaaS.Onnx.Quantization.Weights;

namespace MaaS.Onnx.Tests.Quantization.Weights;

/// <summary>Against the NumPy reference in Fixtures/make_reference.py.</summary>
public sealed class BlockQuantizerTests
{
    private static IEnumerable<TestCaseData> Matrices() => ReferenceFixture.Cases("blocks");

    [TestCaseSource(nameof(Matrices))]
    public void Quantize_Matrix_EqualsNumPy(JsonElement expected)
    {
        float[] weights = expected.Array<float>("weights");
        int k = expected.GetProperty("k").GetInt32(), n = expected.GetProperty("n").GetInt32();
        int bits = expected.GetProperty("bits").GetInt32(), size = expected.GetProperty("block_size").GetInt32();
        bool symmetric = expected.GetProperty("symmetric").GetBoolean();

        var plain = BlockQuantizer.Quantize(weights, k, n, transposed: false, bits, size, symmetric);
        var turned = BlockQuantizer.Quantize(Transpose(weights, k, n), k, n, transposed: true, bits, size, symmetric);

        foreach (var blocks in new[] { plain, turned })
        {
            Assert.That(blocks.Scales, Is.EqualTo(expected.Array<float>("scales")));
            Assert.That(blocks.Packed, Is.EqualTo(expected.Array<byte>("packed")));
            Assert.That(
                blocks.ZeroPoints,
                symmetric ? Is.Null : Is.EqualTo(symmetric ? null : expected.Array<byte>("zero_points")));
        }
    }

    [TestCase(5, 32)]
    [TestCase(4, 8)]
    [TestCase(4, 48)]
    public void Quantize_LayoutThatNoKernelReads_Throws(int bits, int blockSize) =>
        Assert.That(
            () => BlockQuantizer.Quantize(new float[32], 32, 1, false, bits, blockSize), Throws.ArgumentException);

    private static float[] Transpose(float[] matrix, int rows, int columns)
    {
        float[] turned = new float[matrix.Length];
        for (int r = 0; r < rows; r++)
        {
            for (int c = 0; c < columns; c++)
            {
                turned[c * rows + r] = matrix[r * columns + c];
            }
        }
        return turned;
    }
}
