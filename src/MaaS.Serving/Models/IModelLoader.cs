using MaaS.Serving.Execution;

namespace MaaS.Serving.Models;

/// <summary>Makes a served model of what lies in the models folder.</summary>
internal interface IModelLoader
{
    /// <summary>Loads and warms up; takes long, and may throw whatever a broken model brings about.</summary>
    Task<ServedModel> LoadAsync(ModelSource source, CancellationToken cancellationToken);
}
