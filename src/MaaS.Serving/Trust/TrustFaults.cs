using MaaS.Core.Packages;
using MaaS.Core.Trust;

namespace MaaS.Serving.Trust;

/// <summary>Finds the faults of <see cref="TrustOptions"/>.</summary>
internal static class TrustFaults
{
    /// <summary>Every fault, each after the option's path.</summary>
    public static IEnumerable<string> Of(TrustOptions options, PackageReadOptions packages, string path)
    {
        var faults = new List<string>();
        Check(faults, $"{path}:TrustedKeys", options.TrustedKeys, static f => KeyFile.ReadTrusted(f));
        foreach (var key in options.RevokedKeys.Where(static k => !KeyFingerprint.IsValid(k)))
        {
            faults.Add($"{path}:RevokedKeys: expected a fingerprint of 64 lower-case hexadecimal digits, got '{key}'");
        }

        Check(
            faults, $"{path}:RevocationFile", options.RevocationFile is { } list ? [list] : [],
            static f => RevocationList.Read(f));
        Check(
            faults, $"{path}:DecryptionKeys", options.DecryptionKeys.Select(static k => k.File),
            static f => File.OpenRead(f).Dispose());
        var isAnyTrusted = options.TrustedKeys.Count + packages.TrustedKeys.Count > 0;
        var isAnyTrustedSomewhere = isAnyTrusted
            || options.Models.Values.Any(static m => m.TrustedKeys is { Length: > 0 });
        foreach (var option in new[]
        {
            (Name: nameof(options.RevocationFile), IsGiven: options.RevocationFile is not null),
            (Name: nameof(options.RevokedKeys), IsGiven: options.RevokedKeys.Count + packages.RevokedKeys.Count > 0),
        }.Where(o => o.IsGiven && !isAnyTrustedSomewhere))
        {
            faults.Add(
                $"{path}:{option.Name}: expected {path}:TrustedKeys with it, got none: no signature is looked at");
        }

        if (options.RequireSignature == true && !isAnyTrustedSomewhere)
        {
            faults.Add($"{path}:RequireSignature: expected {path}:TrustedKeys with it, got none: nothing could load");
        }

        if ((options.RequireEncryption || packages.RequireEncryption || options.Models.Values.Any(
                static m => m.RequireEncryption == true))
            && options.DecryptionKeys.Count + packages.DecryptionKeys.Count == 0)
        {
            faults.Add(
                $"{path}:RequireEncryption: expected {path}:DecryptionKeys with it, got none: nothing could be opened");
        }

        foreach (var (name, model) in options.Models)
        {
            var at = $"{path}:Models:{name}";
            if (!ModelNames.IsValid(name))
            {
                faults.Add($"{path}:Models: expected as name {ModelNames.Rule}, got '{name}'");
            }

            Check(faults, $"{at}:TrustedKeys", model.TrustedKeys ?? [], static f => KeyFile.ReadTrusted(f));
            if (model.RequireSignature == true
                && !(model.TrustedKeys is null ? isAnyTrusted : model.TrustedKeys.Length > 0))
            {
                faults.Add($"{at}:RequireSignature: expected {at}:TrustedKeys with it, got none");
            }
        }

        return faults;
    }

    private static void Check(List<string> faults, string option, IEnumerable<string> files, Action<string> read)
    {
        foreach (var file in files)
        {
            try
            {
                read(file);
            }
            catch (Exception e) when (
                e is IOException or InvalidDataException or UnauthorizedAccessException or ArgumentException)
            {
                faults.Add($"{option}: {e.Message.TrimEnd('.')}");
            }
        }
    }
}
