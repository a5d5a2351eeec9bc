using MaaS.Serving.Execution;

namespace MaaS.Serving.Models;

/// <summary>Loads folders of another kind than packages, which an assembly of its own adds.</summary>
internal interface IFolderLoader
{
    /// <summary>Name of the file that such a folder holds.</summary>
    string Marker { get; }

    /// <summary>Makes a served model of a folder. That takes long, and a broken folder can make it throw an exception
    /// of any type.</summary>
    Task<ServedModel> LoadAsync(ModelSource source, CancellationToken cancellationToken);
}
