using MaaS.Training.Fitting.Callbacks;

namespace MaaS.Training.Fitting.Rates;

/// <summary>Takes the loss of each update, and ends the run once it has grown.</summary>
internal sealed class RateRecorder(LearningRateFinderOptions options) : TrainingCallback
{
    private readonly List<RatePoint> _points = [];
    private double _average, _least = double.PositiveInfinity;

    public IReadOnlyList<RatePoint> Points => _points;

    public override void OnStepEnd(TrainingContext context)
    {
        _average = (options.Smoothing * _average) + ((1 - options.Smoothing) * context.Loss);
        var smoothed = _average / (1 - Math.Pow(options.Smoothing, _points.Count + 1));
        _points.Add(new RatePoint(context.LearningRate, context.Loss, smoothed));
        _least = Math.Min(_least, smoothed);

        // A loss that may be negative has no multiple that is too much: there its distance to the first one counts.
        var limit = _least > 0 ? options.StopAt * _least
            : _least + (options.StopAt * Math.Abs(_points[0].Loss - _least));
        if (_points.Count >= options.Steps || (_points.Count > 10 && smoothed > limit))
        {
            context.Stop();
        }
    }
}
