namespace MaaS.Serving.Routing;

/// <summary>What shadow traffic has shown of a model since the server started.</summary>
/// <param name="Model">The model that answers.</param>
/// <param name="Shadow">The model, and the version or label, that gets the copies: <c>digits@canary</c>.</param>
/// <param name="Equal">Copies whose outputs were equal within the tolerance.</param>
/// <param name="Different">Copies whose outputs were not.</param>
/// <param name="Failed">Copies that the other model could not compute.</param>
/// <param name="Dropped">Copies that found no room.</param>
/// <param name="LargestDifference">
/// As <see cref="ShadowRule.Tolerance"/> counts it; infinite where types or shapes differ.
/// </param>
public sealed record ShadowStatus(
    string Model, string Shadow, long Equal, long Different, long Failed, long Dropped, double LargestDifference);
