namespace MaaS.Serving.Models;

/// <summary>Whether what a manifest promises can be done with the network beside it.</summary>
internal static class ManifestCheck
{
    /// <exception cref="InvalidDataException">Preprocessing or labels do not fit the network.</exception>
    public static void ThrowIfUnfit(ServedModel served)
    {
        if (served.Manifest is not { } manifest)
        {
            return;
        }

        var (inputs, outputs) = (served.Model.Inputs, served.Model.Outputs);
        if (manifest.Preprocessing is { } preprocessing
            && !(inputs is [{ Type: Core.Inference.ElementType.Float32, Shape: [_, var channels, > 0, > 0] }] && channels == preprocessing.Mean.Count))
        {
            throw new InvalidDataException(
                $"{served.Name}: manifest.json: preprocessing: expected one input float32[batch,{preprocessing.Mean.Count},height,width], " +
                $"the model has {string.Join("; ", inputs)}.");
        }

        if (manifest is { Task: Core.Packages.ModelManifest.Classification, Labels: { } labels }
            && outputs is [{ Shape: [_, >= 0 and var classes] }] && classes != labels.Count)
        {
            throw new InvalidDataException($"{served.Name}: manifest.json: labels: expected {classes}, one for each class of the output, got {labels.Count}.");
        }
    }
}
