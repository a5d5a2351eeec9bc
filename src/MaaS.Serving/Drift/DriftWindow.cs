using MaaS.Core.Drift;
using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;

namespace MaaS.Serving.Drift;

/// <summary>The latest rows of one model, as features.</summary>
internal sealed class DriftWindow(DriftBaseline baseline)
{
    // A PSI over ten bins has a spread of about 10/rows by chance: 1,000 rows keep it near 0.01.
    private const int Size = 1000;
    private const int Fewest = 30;
    private const int MostRowsOfARequest = 8;

    private readonly Lock _lock = new();
    private readonly double[][] _rows = new double[Size][];
    private long _added;
    private IReadOnlyList<FeatureDrift> _last = [];
    private long _lastAdded = -1;

    public DriftBaseline Baseline { get; } = baseline;

    /// <summary>Rows in the window.</summary>
    public int Rows => (int)Math.Min(Interlocked.Read(ref _added), Size);

    /// <summary>Adds a request's rows, of large batches the first ones.</summary>
    public void Add(InferenceRequest request, InferenceOutputs outputs)
    {
        var rows = Math.Min(ModelFeatures.Rows(request.Inputs.Span), MostRowsOfARequest);
        for (var row = 0; row < rows; row++)
        {
            List<double> features = new(Baseline.Features.Count);
            ModelFeatures.Extract(request.Model.Inputs, request.Inputs.Span, row, features, request.Model.Text);
            PredictionFeatures.Extract(outputs, row, features);
            if (features.Count == Baseline.Features.Count && features.TrueForAll(double.IsFinite))
            {
                lock (_lock)
                {
                    _rows[_added++ % Size] = [.. features];
                }
            }
        }
    }

    /// <summary>Every feature against the baseline; none while there are too few rows to tell.</summary>
    public IReadOnlyList<FeatureDrift> Compare()
    {
        lock (_lock)
        {
            if (_added == _lastAdded || Rows < Fewest)
            {
                return _last;
            }

            var values = new double[Rows];
            _lastAdded = _added;
            return _last = [.. Baseline.Features.Select((feature, f) =>
            {
                for (var row = 0; row < values.Length; row++)
                {
                    values[row] = _rows[row][f];
                }

                return feature.Compare(values);
            })];
        }
    }
}
