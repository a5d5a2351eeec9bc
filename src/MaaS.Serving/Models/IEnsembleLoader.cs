using MaaS.Serving.Execution;

namespace MaaS.Serving.Models;

/// <summary>Loads a model that is made of other models of the repository.</summary>
internal interface IEnsembleLoader
{
    /// <summary>Reads an ensemble and checks it against the models of its steps, which are waited for.</summary>
    Task<ServedModel> LoadAsync(ModelSource source, CancellationToken cancellationToken);
}
