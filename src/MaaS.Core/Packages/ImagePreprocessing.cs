namespace MaaS.Core.Packages;

/// <summary>How pixels become model inputs: <c>(pixel · Scale − Mean[c]) / Std[c]</c> for channel c.</summary>
/// <param name="Scale">Factor on the pixel, as 1/255 for bytes.</param>
/// <param name="Mean">(C), subtracted after scaling; one for each channel.</param>
/// <param name="Std">(C), the divisor; one for each channel, none 0.</param>
public sealed record ImagePreprocessing(double Scale, IReadOnlyList<double> Mean, IReadOnlyList<double> Std);
