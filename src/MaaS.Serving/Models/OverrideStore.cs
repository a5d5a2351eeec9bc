namespace MaaS.Serving.Models;

/// <summary>Keeps what was asked for at run time in the state file, where one is configured.</summary>
/// <param name="path">The state file; null for none.</param>
internal sealed class OverrideStore(string? path)
{
    private readonly Lock _file = new();

    /// <summary>What was asked for before; empty when there is no file yet.</summary>
    /// <exception cref="InvalidDataException">The file is no state.</exception>
    public IReadOnlyDictionary<string, ModelOverrides> Load() => RepositoryState.Load(path).Models;

    /// <summary>Writes the state whole or not at all; the last to write has the newest.</summary>
    /// <param name="read">What was asked for by now.</param>
    public void Save(Func<IReadOnlyDictionary<string, ModelOverrides>> read)
    {
        if (path is null)
        {
            return;
        }

        lock (_file)
        {
            var state = new RepositoryState();
            foreach (var (name, overrides) in read())
            {
                state.Models.Add(name, overrides);
            }

            state.Save(path);
        }
    }
}
