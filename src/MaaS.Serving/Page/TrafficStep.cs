namespace MaaS.Serving.Page;

/// <summary>What the models did in one step of time.</summary>
/// <param name="Time">End of the step.</param>
/// <param name="Duration">Its length.</param>
/// <param name="Models">The versions that had requests.</param>
internal sealed record TrafficStep(DateTimeOffset Time, TimeSpan Duration, IReadOnlyList<TrafficFigures> Models);

/// <summary>What one version of a model did in a step.</summary>
/// <param name="Name">The model.</param>
/// <param name="Version">Its version.</param>
/// <param name="Requests">Requests that ended, answered or not.</param>
/// <param name="Errors">Those without an answer.</param>
/// <param name="Median">Seconds that half of the requests took at most, queue and all.</param>
/// <param name="P99">Seconds that 99 of 100 requests took at most.</param>
internal sealed record TrafficFigures(
    string Name, string Version, long Requests, long Errors, double Median, double P99);
