using MaaS.Onnx.Inference;


namespace MaaS.Onnx.Quantization.Graphs;

/// <summary>A model in memory made ready to run; one too large for a single message goes through a temporary
/// folder.</summary>
public sealed class ModelSession : IDisposable
{
    private readonly DirectoryInfo? _folder;

    /// <summary>Makes the model ready to run.</summary>
    /// <exception cref="InferenceException">ONNX Runtime refuses the model.</exception>
    public ModelSession(OnnxModel model, InferenceOptions? options = null)
    {
        if (model.WeightBytes < OnnxModel.InlineWeightLimit)
        {
            Model = InferenceModel.Load(model.ToByteArray(), "model", options);
            return;
        }
        _folder = Directory.CreateTempSubdirectory("maas-");
        try
        {
            string path = Path.Combine(_folder.FullName, "model.onnx");
            model.Save(path);
            Model = InferenceModel.Load(path, options);
        }
        catch
        {
            _folder.Delete(recursive: true);
            throw;
        }
    }

    /// <summary>The model, owned by the session.</summary>
    public InferenceModel Model { get; }

    /// <summary>Frees the model and its temporary folder.</summary>
    public void Dispose()
    {
        Model.Dispose();
        _folder?.Delete(recursive: true);
    }
}
