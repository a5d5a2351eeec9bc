using MaaS.Serving.Execution;

namespace MaaS.Serving.Models;

/// <summary>Makes a served model of what lies in the models folder.</summary>
internal interface IModelLoader
{
    /// <summary>Loads a model and warms it up. That takes long, and a broken model can make it throw an exception of
    /// any type.</summary>
    Task<ServedModel> LoadAsync(ModelSource source, CancellationToken cancellationToken);
}
