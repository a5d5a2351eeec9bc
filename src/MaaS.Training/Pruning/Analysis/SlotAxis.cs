namespace MaaS.Training.Pruning.Analysis;

/// <summary>One axis of one parameter or buffer.</summary>
/// <param name="Parameter">Its name in the state dictionary.</param>
/// <param name="Axis">Which axis.</param>
/// <param name="First">The number of its first slot; the others follow.</param>
/// <param name="Count">Its size.</param>
internal sealed record SlotAxis(string Parameter, int Axis, int First, int Count)
{
    /// <summary>Gathered while the trace is walked.</summary>
    public SlotRole Role { get; set; }

    /// <summary>The path of the module that holds the parameter; empty for the module itself.</summary>
    public string Layer => LayerOf(Parameter);

    /// <summary>A parameter's name without its last part.</summary>
    public static string LayerOf(string parameter)
        => parameter.LastIndexOf('.') is >= 0 and var dot ? parameter[..dot] : "";
}
