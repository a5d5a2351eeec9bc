using System.Globalization;
using MaaS.Core.Importing;
using MaaS.Core.Packages;

namespace MaaS.Serving.Models.Triton;

/// <summary>Makes a package of a model as Triton Inference Server keeps it: <c>config.pbtxt</c>, <c>1/model.onnx</c>,
/// perhaps a file of labels.</summary>
public static class TritonImport
{
    /// <summary>Imports the newest version of a folder.</summary>
    /// <param name="folder">The model's folder, with or without <c>config.pbtxt</c>.</param>
    /// <param name="path">Ends in <c>.maas</c> for a single file; any other path becomes a folder.</param>
    /// <param name="options">Name, description, overwriting.</param>
    /// <param name="cancellationToken">Leaves nothing behind.</param>
    /// <exception cref="InvalidDataException">The configuration or the network is faulty, or they do not fit.
    /// </exception>
    public static Task<ImportedModel> RunAsync(
        string folder, string path, ImportOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var config = File.Exists(Path.Combine(folder, TritonConfigReader.FileName))
            ? TritonConfigReader.Read(folder) : null;
        List<UnreadableSource> unreadable = [];
        var source = NumberedFolder.Sources(folder, config, unreadable) is [.., var newest] ? newest
            : throw new InvalidDataException(unreadable[0].Cause.Message, unreadable[0].Cause);
        List<string> notes =
        [
            string.Create(
                CultureInfo.InvariantCulture,
                $"The package is version {source.Version} of the folder; no task and preprocessing are named."),
        ];
        if (config is not null)
        {
            notes.Add(
                "How the model is run (batching, instances, warm-up) stays in config.pbtxt: name it in the server's "
                    + "configuration.");
        }

        return ModelImport.FromNetworkAsync(
            source.Location, path, source.Name,
            (manifest, model) =>
            {
                if (config is not null)
                {
                    TritonCheck.ThrowIfUnfit(config, model);
                }

                return manifest with
                {
                    Version = source.Version.ToString(CultureInfo.InvariantCulture),
                    Labels = config?.Labels,
                };
            },
            new Dictionary<string, PackageContent>(), notes, options, cancellationToken);
    }

    /// <summary>Whether a folder is one of Triton's: a configuration, or numbered folders of networks.</summary>
    public static bool IsFolder(string folder) => Directory.Exists(folder) && NumberedFolder.Is(folder);
}
