using MaaS.Registry.Access;
using MaaS.Registry.Versions;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Registry;

/// <summary>The registry that the server follows, opened at its first use; a registry that does not answer is tried
/// again at the next one.</summary>
internal sealed class RegistryConnection(IOptions<MaaSServingOptions> options, TimeProvider time)
{
    private ModelStore? _models;
    private AccessStore? _access;

    /// <summary>Models and versions.</summary>
    /// <exception cref="ArgumentException">The address is none.</exception>
    /// <exception cref="IOException">The database does not answer.</exception>
    public async Task<ModelStore> ModelsAsync(CancellationToken cancellationToken)
        => _models ??= await ModelStore.OpenAsync(options.Value.Registry!, time, cancellationToken)
            .ConfigureAwait(false);

    /// <summary>Who may download what.</summary>
    /// <exception cref="IOException">The database does not answer.</exception>
    public async Task<AccessStore> AccessAsync(CancellationToken cancellationToken)
        => _access ??= await AccessStore.OpenAsync(options.Value.Registry!, time, cancellationToken)
            .ConfigureAwait(false);
}
