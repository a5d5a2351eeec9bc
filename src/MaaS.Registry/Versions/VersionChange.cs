using System.Data.Common;
using MaaS.Core.Packages;
using MaaS.Registry.Storage;

namespace MaaS.Registry.Versions;

/// <summary>Changes of one model inside a transaction that holds its row; each is written into the history.</summary>
internal sealed class VersionChange(
    DbConnection connection, DbTransaction transaction, TimeProvider clock, long model, Change change,
    CancellationToken cancellationToken)
{
    private readonly string _now = VersionRows.Text(clock.GetUtcNow());

    public async Task InsertAsync(
        long version, ModelManifest manifest, IReadOnlyDictionary<string, PackageFileEntry> files, NewVersion details)
    {
        await RunAsync(
            "INSERT INTO versions (model, version, stage, created, creator, description, manifest) VALUES "
                + "(@model, @version, @stage, @at, @who, @description, @manifest)",
            ("@version", version), ("@stage", VersionRows.Text(ModelStage.None)), ("@at", _now), ("@who", change.Who),
            ("@description", details.Description ?? manifest.Description),
            ("@manifest", System.Text.Encoding.UTF8.GetString(manifest.ToJson()))).ConfigureAwait(false);
        foreach (var (path, file) in files)
        {
            await RunAsync(
                "INSERT INTO files (model, version, path, sha256, bytes) VALUES (@model, @version, @path, @hash, "
                    + "@bytes)",
                ("@version", version), ("@path", path), ("@hash", file.Sha256), ("@bytes", file.Size))
                .ConfigureAwait(false);
        }

        await RecordAsync("add", version, null, null).ConfigureAwait(false);
        foreach (var (name, value) in details.Tags)
        {
            await SetTagAsync(version, name, value).ConfigureAwait(false);
        }

        foreach (var alias in details.Aliases)
        {
            await SetAliasAsync(alias, version).ConfigureAwait(false);
        }
    }

    public async Task SetAliasAsync(string alias, long version)
    {
        var previous = await VersionRows.ResolveAsync(
            connection, transaction, model, new ModelReference("", Alias: alias), cancellationToken)
            .ConfigureAwait(false);
        await RunAsync(
            "INSERT INTO aliases (model, alias, version) VALUES (@model, @alias, @version) "
                + "ON CONFLICT (model, alias) DO UPDATE SET version = @version",
            ("@alias", alias), ("@version", version)).ConfigureAwait(false);
        await RecordAsync("alias", version, alias, previous).ConfigureAwait(false);
    }

    public async Task RemoveAliasAsync(string alias, long version)
    {
        await RunAsync("DELETE FROM aliases WHERE model = @model AND alias = @alias", ("@alias", alias))
            .ConfigureAwait(false);
        await RecordAsync("unalias", version, alias, version).ConfigureAwait(false);
    }

    public async Task PromoteAsync(long version, ModelStage stage)
    {
        if (stage == ModelStage.Production && await NeedsApprovalAsync(version).ConfigureAwait(false))
        {
            throw new InvalidOperationException(
                $"Registry: version {version}: expected an approval before production, which this model asks for, got "
                    + "none; somebody else than who added it approves it.");
        }

        var previous = await MoveAsync(version, stage).ConfigureAwait(false);
        await RecordAsync("promote", version, VersionRows.Text(stage), previous).ConfigureAwait(false);
    }

    public async Task RollbackAsync()
    {
        var current = await VersionRows.ProductionAsync(connection, transaction, model, cancellationToken)
            .ConfigureAwait(false)
            ?? throw new InvalidOperationException(
                "Registry: expected a version in production to roll back from, got none.");
        var before = await BeforeAsync().ConfigureAwait(false)
            ?? throw new InvalidOperationException(
                $"Registry: expected a version that was in production before version {current}, got none.");
        if (await VersionRows.ResolveAsync(
            connection, transaction, model, new ModelReference("", before), cancellationToken).ConfigureAwait(false)
            is null)
        {
            throw new InvalidOperationException(
                $"Registry: expected version {before}, which was in production before version {current}, to be there "
                    + "still, but it was deleted; promote another one.");
        }

        await MoveAsync(before, ModelStage.Production).ConfigureAwait(false);
        await RecordAsync("rollback", before, VersionRows.Text(ModelStage.Production), current).ConfigureAwait(false);
    }

    // Promotions are laid on a stack, a rollback takes one off.
    private async Task<long?> BeforeAsync()
    {
        List<long> stack = [];
        foreach (var (action, version) in await connection.QueryAsync(
            "SELECT action, version FROM history WHERE model = @model AND action IN ('promote', 'rollback') "
                + "AND detail = 'production' ORDER BY id",
            transaction, static r => (r.GetString(0), r.GetInt64(1)), cancellationToken, ("@model", model))
            .ConfigureAwait(false))
        {
            if (action == "rollback")
            {
                stack.RemoveAt(stack.Count - 1);
            }
            else if (stack.Count == 0 || stack[^1] != version)
            {
                stack.Add(version);
            }
        }

        return stack.Count > 1 ? stack[^2] : null;
    }

    public async Task RequireApprovalAsync(bool needed)
    {
        await RunAsync("UPDATE models SET needs_approval = @needed WHERE id = @model", ("@needed", needed ? 1 : 0))
            .ConfigureAwait(false);
        await RecordAsync("approval", null, needed ? "needed" : "not needed", null).ConfigureAwait(false);
    }

    public async Task ApproveAsync(long version)
    {
        var creator = (await connection.QueryAsync(
            "SELECT creator FROM versions WHERE model = @model AND version = @version", transaction,
            static r => r.GetString(0), cancellationToken, ("@model", model), ("@version", version))
            .ConfigureAwait(false))[0];
        if (creator == change.Who)
        {
            throw new InvalidOperationException(
                $"Registry: version {version}: expected an approval by somebody else than '{creator}', who added it.");
        }

        await RunAsync(
            "INSERT INTO approvals (model, version, approver, at) VALUES (@model, @version, @who, @at) "
                + "ON CONFLICT (model, version, approver) DO NOTHING",
            ("@version", version), ("@who", change.Who), ("@at", _now)).ConfigureAwait(false);
        await RecordAsync("approve", version, null, null).ConfigureAwait(false);
    }

    public async Task SetTagAsync(long version, string tag, string value)
    {
        await RunAsync(
            "INSERT INTO tags (model, version, name, value) VALUES (@model, @version, @tag, @value) "
                + "ON CONFLICT (model, version, name) DO UPDATE SET value = @value",
            ("@version", version), ("@tag", tag), ("@value", value)).ConfigureAwait(false);
        await RecordAsync("tag", version, $"{tag}={value}", null).ConfigureAwait(false);
    }

    public async Task DeleteAsync(long version)
    {
        var aliases = await connection.QueryAsync(
            "SELECT alias FROM aliases WHERE model = @model AND version = @version ORDER BY alias", transaction,
            static r => r.GetString(0), cancellationToken, ("@model", model), ("@version", version))
            .ConfigureAwait(false);
        var production = await VersionRows.ProductionAsync(connection, transaction, model, cancellationToken)
            .ConfigureAwait(false);
        if (aliases.Count > 0 || production == version)
        {
            throw new InvalidOperationException(
                $"Registry: version {version}: expected neither production nor an alias on a version to delete, got ["
                    + string.Join(", ", production == version ? [ModelReference.Production, .. aliases] : aliases)
                    + "]; move them first.");
        }

        await RunAsync("DELETE FROM versions WHERE model = @model AND version = @version", ("@version", version))
            .ConfigureAwait(false);
        await RecordAsync("delete", version, null, null).ConfigureAwait(false);
    }

    // What was in production is archived when another version takes its place.
    private async Task<long?> MoveAsync(long version, ModelStage stage)
    {
        var previous = stage == ModelStage.Production
            ? await VersionRows.ProductionAsync(connection, transaction, model, cancellationToken).ConfigureAwait(false)
            : null;
        if (previous is { } old && old != version)
        {
            await SetStageAsync(old, ModelStage.Archived).ConfigureAwait(false);
        }

        await SetStageAsync(version, stage).ConfigureAwait(false);
        return previous;
    }

    private Task SetStageAsync(long version, ModelStage stage)
        => RunAsync(
            "UPDATE versions SET stage = @stage WHERE model = @model AND version = @version",
            ("@version", version), ("@stage", VersionRows.Text(stage)));

    private async Task<bool> NeedsApprovalAsync(long version)
        => (await connection.QueryAsync(
            "SELECT 1 FROM models WHERE id = @model AND needs_approval = 1 AND NOT EXISTS "
                + "(SELECT 1 FROM approvals WHERE model = @model AND version = @version)",
            transaction, static _ => true, cancellationToken, ("@model", model), ("@version", version))
            .ConfigureAwait(false)).Count > 0;

    private Task<int> RecordAsync(string action, long? version, string? detail, long? previous)
        => RunAsync(
            "INSERT INTO history (model, version, at, who, action, detail, previous, reason) VALUES "
                + "(@model, @version, @at, @who, @action, @detail, @previous, @reason)",
            ("@version", version), ("@at", _now), ("@who", change.Who), ("@action", action), ("@detail", detail),
            ("@previous", previous), ("@reason", change.Reason));

    private Task<int> RunAsync(string sql, params (string Name, object? Value)[] parameters)
        => connection.ExecuteAsync(sql, transaction, cancellationToken, [("@model", model), .. parameters]);
}
