using MaaS.Registry.Storage;

namespace MaaS.Registry.Versions;

/// <content>What changes models and versions.</content>
public sealed partial class ModelStore
{
    /// <summary>Points an alias to a version; it moves when it pointed elsewhere.</summary>
    /// <param name="reference">The version.</param>
    /// <param name="alias">By the rule of names; not <c>production</c>.</param>
    /// <param name="change">Who, and why.</param>
    /// <param name="cancellationToken">Leaves everything as it was.</param>
    /// <exception cref="ArgumentException">The alias is not allowed.</exception>
    /// <exception cref="KeyNotFoundException">There is no such model or version.</exception>
    public Task SetAliasAsync(
        ModelReference reference, string alias, Change change, CancellationToken cancellationToken = default)
    {
        CheckAlias(alias);
        return ChangeAsync(reference, change, (c, version) => c.SetAliasAsync(alias, version), cancellationToken);
    }

    /// <summary>Takes an alias away.</summary>
    /// <param name="name">The model.</param>
    /// <param name="alias">One of its aliases.</param>
    /// <param name="change">Who, and why.</param>
    /// <param name="cancellationToken">Leaves everything as it was.</param>
    /// <exception cref="KeyNotFoundException">There is no such model or alias.</exception>
    public Task RemoveAliasAsync(
        string name, string alias, Change change, CancellationToken cancellationToken = default)
        => ChangeAsync(
            new ModelReference(name, Alias: alias), change, (c, version) => c.RemoveAliasAsync(alias, version),
            cancellationToken);

    /// <summary>Moves a version to another stage; the version that was in production before is archived.</summary>
    /// <param name="reference">The version.</param>
    /// <param name="stage">Where it goes.</param>
    /// <param name="change">Who, and why.</param>
    /// <param name="cancellationToken">Leaves everything as it was.</param>
    /// <exception cref="KeyNotFoundException">There is no such model or version.</exception>
    /// <exception cref="InvalidOperationException">The model asks for an approval, and this version has
    /// none.</exception>
    public Task PromoteAsync(
        ModelReference reference, ModelStage stage, Change change, CancellationToken cancellationToken = default)
        => ChangeAsync(reference, change, (c, version) => c.PromoteAsync(version, stage), cancellationToken);

    /// <summary>Brings back the version that was in production before the one that is there now.</summary>
    /// <param name="name">The model.</param>
    /// <param name="change">Who, and why.</param>
    /// <param name="cancellationToken">Leaves everything as it was.</param>
    /// <returns>The version that is in production now.</returns>
    /// <exception cref="KeyNotFoundException">There is no such model.</exception>
    /// <exception cref="InvalidOperationException">Nothing is in production, or nothing was before it, or that version
    /// was deleted.</exception>
    public async Task<ModelVersion> RollbackAsync(
        string name, Change change, CancellationToken cancellationToken = default)
    {
        await ChangeAsync(
            new ModelReference(name), change, static (c, _) => c.RollbackAsync(), cancellationToken)
            .ConfigureAwait(false);
        return await GetAsync(new ModelReference(name, Alias: ModelReference.Production), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Says whether versions of a model must be approved, by somebody else than who added them, before they go
    /// to production.</summary>
    /// <param name="name">The model.</param>
    /// <param name="needed">Whether they must.</param>
    /// <param name="change">Who, and why.</param>
    /// <param name="cancellationToken">Leaves everything as it was.</param>
    /// <exception cref="KeyNotFoundException">There is no such model.</exception>
    public Task RequireApprovalAsync(
        string name, bool needed, Change change, CancellationToken cancellationToken = default)
        => ChangeAsync(
            new ModelReference(name), change, (c, _) => c.RequireApprovalAsync(needed), cancellationToken);

    /// <summary>Approves a version.</summary>
    /// <param name="reference">The version.</param>
    /// <param name="change">Who, and why.</param>
    /// <param name="cancellationToken">Leaves everything as it was.</param>
    /// <exception cref="KeyNotFoundException">There is no such model or version.</exception>
    /// <exception cref="InvalidOperationException">Who approves is who added it.</exception>
    public Task ApproveAsync(ModelReference reference, Change change, CancellationToken cancellationToken = default)
        => ChangeAsync(reference, change, static (c, version) => c.ApproveAsync(version), cancellationToken);

    /// <summary>Gives a version a value under a name.</summary>
    /// <param name="reference">The version.</param>
    /// <param name="tag">By the rule of names.</param>
    /// <param name="value">Any text.</param>
    /// <param name="change">Who, and why.</param>
    /// <param name="cancellationToken">Leaves everything as it was.</param>
    /// <exception cref="KeyNotFoundException">There is no such model or version.</exception>
    public Task SetTagAsync(
        ModelReference reference, string tag, string value, Change change,
        CancellationToken cancellationToken = default)
    {
        Checked(tag, "tag");
        ArgumentNullException.ThrowIfNull(value);
        return ChangeAsync(reference, change, (c, version) => c.SetTagAsync(version, tag, value), cancellationToken);
    }

    /// <summary>Deletes a version; its history stays, its number is not given again, and
    /// <see cref="CollectAsync"/> frees its files.</summary>
    /// <param name="reference">The version.</param>
    /// <param name="change">Who, and why.</param>
    /// <param name="cancellationToken">Leaves everything as it was.</param>
    /// <exception cref="KeyNotFoundException">There is no such model or version.</exception>
    /// <exception cref="InvalidOperationException">It is in production, or an alias points to it.</exception>
    public Task DeleteAsync(ModelReference reference, Change change, CancellationToken cancellationToken = default)
        => ChangeAsync(reference, change, static (c, version) => c.DeleteAsync(version), cancellationToken);

    private async Task ChangeAsync(
        ModelReference reference, Change change, Func<VersionChange, long, Task> work,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(change);
        await _database.WriteAsync(
            async (connection, transaction) =>
            {
                // Locks the model's row, so that changes of one model follow each other.
                await connection.ExecuteAsync(
                    "UPDATE models SET last_version = last_version WHERE name = @name", transaction, cancellationToken,
                    ("@name", reference.Name)).ConfigureAwait(false);
                var (model, _) = await ModelAsync(connection, transaction, reference.Name, cancellationToken)
                    .ConfigureAwait(false);
                var version = await NumberAsync(connection, transaction, model, reference, cancellationToken)
                    .ConfigureAwait(false);
                await work(
                    new VersionChange(connection, transaction, _clock, model, change, cancellationToken), version)
                    .ConfigureAwait(false);
                return 0;
            },
            cancellationToken).ConfigureAwait(false);
    }

    private static void CheckAlias(string alias)
    {
        Checked(alias, "alias");
        if (alias is ModelReference.Production)
        {
            throw new ArgumentException(
                $"Registry: expected another alias than '{ModelReference.Production}', which is a stage: promote the "
                    + "version instead.", nameof(alias));
        }
    }
}
