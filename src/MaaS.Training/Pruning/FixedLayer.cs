namespace MaaS.Training.Pruning;

/// <summary>A layer some or all of whose output channels must stay.</summary>
/// <param name="Layer">Its path.</param>
/// <param name="Parameter">The parameter that produces the channels.</param>
/// <param name="Reason">What keeps them.</param>
public sealed record FixedLayer(string Layer, string Parameter, string Reason);
