using MaaS.Onnx.Inference;

namespace MaaS.Core.Generation.Adapters;

/// <summary>Matrices of the adapters of a run's rows, as the network's inputs take them. Kept until rows have other
/// adapters. For one thread.</summary>
/// <param name="layers">The network's layers with inputs, and their sizes.</param>
internal sealed class AdapterTensors(IReadOnlyDictionary<string, (int In, int Out)> layers)
{
    private readonly Dictionary<string, TensorValue> _tensors = [];
    private AdapterWeights?[] _rows = [];

    /// <summary>An input.</summary>
    /// <param name="name">Its name.</param>
    public TensorValue this[string name] => _tensors[name];

    /// <summary>Puts the matrices together for the adapters of rows.</summary>
    /// <param name="rows">Null for a row without.</param>
    public void Take(IReadOnlyList<AdapterWeights?> rows)
    {
        // Rows of one adapter share one matrix.
        AdapterWeights?[] distinct = rows.Distinct().Count() == 1 ? [rows[0]] : [.. rows];
        if (_tensors.Count > 0 && distinct.AsSpan().SequenceEqual(_rows))
        {
            return;
        }

        _rows = distinct;
        var rank = Math.Max(1, distinct.Max(static a => a?.Rank ?? 0));
        foreach (var (layer, (size, width)) in layers)
        {
            var (down, up) = (new float[distinct.Length * size * rank], new float[distinct.Length * rank * width]);
            for (var row = 0; row < distinct.Length; row++)
            {
                if (distinct[row]?.Layer(layer) is not { } matrices)
                {
                    continue;
                }

                // Ranks below the largest are filled up with zeros.
                for (var i = 0; i < size; i++)
                {
                    matrices.Down.AsSpan(i * matrices.Rank, matrices.Rank)
                        .CopyTo(down.AsSpan(((row * size) + i) * rank));
                }

                matrices.Up.CopyTo(up.AsSpan(row * rank * width));
            }

            _tensors[layer + AdapterInputs.Down] = TensorValue.Of(down, distinct.Length, size, rank);
            _tensors[layer + AdapterInputs.Up] = TensorValue.Of(up, distinct.Length, rank, width);
        }
    }
}
