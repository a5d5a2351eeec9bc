using MaaS.Onnx.Inference;


namespace MaaS.Onnx.Quantization.Analysis;

/// <summary>Gathers one output's differences over runs.</summary>
internal sealed class OutputMeter(TensorSpec spec)
{
    private readonly Sqnr _sqnr = new();
    private readonly bool _isFloat =
        spec.Type is ElementType.Float32 or ElementType.Float64 or ElementType.Float16 or ElementType.BFloat16;
    private long _same, _compared;

    public string Name => spec.Name;

    public void Add(TensorValue expected, TensorValue actual)
    {
        if (!expected.Shape.SequenceEqual(actual.Shape))
        {
            _sqnr.AddIncomparable();
            _compared += Math.Max(expected.Count, actual.Count);
        }
        else if (_isFloat)
        {
            float[] exact = Floats(expected), quantized = Floats(actual);
            _sqnr.Add(exact, quantized);
            if (expected.Shape is [var rows, var classes and > 1])
            {
                CountRows(exact, quantized, (int)rows, (int)classes);
            }
        }
        else
        {
            CountEqual(expected.Data.Span, actual.Data.Span, expected.Type.Size());
        }
    }

    public OutputDifference Result() =>
        new(spec.Name, _isFloat ? _sqnr.Decibels : null, _compared > 0 ? (double)_same / _compared : null);

    private void CountRows(ReadOnlySpan<float> exact, ReadOnlySpan<float> quantized, int rows, int classes)
    {
        for (int row = 0; row < rows; row++)
        {
            if (IndexOfMax(exact.Slice(row * classes, classes)) == IndexOfMax(quantized.Slice(row * classes, classes)))
            {
                _same++;
            }
        }
        _compared += rows;
    }

    private void CountEqual(ReadOnlySpan<byte> exact, ReadOnlySpan<byte> quantized, int size)
    {
        for (int at = 0; at < exact.Length; at += size)
        {
            if (exact.Slice(at, size).SequenceEqual(quantized.Slice(at, size)))
            {
                _same++;
            }
        }
        _compared += exact.Length / size;
    }

    private static int IndexOfMax(ReadOnlySpan<float> values)
    {
        int best = 0;
        for (int i = 1; i < values.Length; i++)
        {
            if (values[i] > values[best])
            {
                best = i;
            }
        }
        return best;
    }

    private static float[] Floats(TensorValue value) => value.Type switch
    {
        ElementType.Float64 => Array.ConvertAll(value.AsSpan<double>().ToArray(), static v => (float)v),
        ElementType.Float16 => Array.ConvertAll(value.AsSpan<Half>().ToArray(), static v => (float)v),
        ElementType.BFloat16 => Array.ConvertAll(
            value.AsSpan<ushort>().ToArray(), static v => BitConverter.UInt32BitsToSingle((uint)v << 16)),
        _ => value.AsSpan<float>().ToArray(),
    };
}
