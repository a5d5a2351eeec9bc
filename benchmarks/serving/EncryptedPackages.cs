using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using MaaS.Core.Packages;
using MaaS.Core.Trust;
using MaaS.Onnx;
using MaaS.Serving;

namespace MaaS.Benchmarks.Serving;

/// <summary>The same model served plain and encrypted, in turns, and the time that each takes to load.</summary>
internal static class EncryptedPackages
{
    private const string Plain = "plain", Encrypted = "encrypted";
    private const string Passphrase = "of a benchmark", PassphraseSuffix = ".passphrase";
    private const int Loads = 9;

    /// <summary>Opens encrypted packages with a key whose passphrase lies beside it.</summary>
    public static void UseKey(MaaSServingOptions options, string file)
        => options.Security.Trust.DecryptionKeys.Add(
            new DecryptionKeyOptions { File = file, PassphraseFile = file + PassphraseSuffix });

    /// <summary>Prints both.</summary>
    /// <param name="start">Starts a server of a package, which opens encrypted ones with a key file.</param>
    /// <param name="folder">For files of this run.</param>
    /// <param name="request">The file that is posted, for the small network.</param>
    /// <param name="rounds">Rounds.</param>
    /// <param name="seconds">Of each.</param>
    /// <param name="summary">Gets the ratios.</param>
    public static async Task CompareAsync(
        Func<string, string, Server> start, string folder, string request, int rounds, int seconds, Summary summary)
    {
        using var key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var keyFile = Path.Combine(folder, "server.encryption.key");
        await File.WriteAllTextAsync(keyFile + PassphraseSuffix, Passphrase);
        KeyFile.WritePrivate(keyFile, key, Passphrase);

        await WriteAsync(Networks.SentenceEncoder(), Path.Combine(folder, "encoder"), key);
        await CompareLoadsAsync(Path.Combine(folder, "encoder"), key);

        await WriteAsync(Networks.Conv32Dense10(), Path.Combine(folder, "conv"), key);
        Target Of(string kind) => new(
            kind, start(Path.Combine(folder, "conv", $"{kind}.maas"), keyFile), "/v2/models/conv/infer", request,
            "Content-Type:application/json");
        Target[] targets = [Of(Plain), Of(Encrypted)];
        foreach (var target in targets)
        {
            await target.Server.AnswerAsync(target);
        }

        var table = new Table("Conv32-Dense10, a package", targets, rounds, seconds);
        table.WarmUp();
        foreach (var connections in new[] { 1, 16 })
        {
            table.Measure(connections);
            table.Print(connections);
            table.Compare(summary, connections, Encrypted, Plain);
        }
    }

    private static async Task WriteAsync(OnnxModel network, string folder, ECDiffieHellman key)
    {
        Directory.CreateDirectory(folder);
        var plain = Path.Combine(folder, $"{Plain}.maas");
        await ModelPackage.CreateAsync(
            plain, new ModelManifest { Name = Path.GetFileName(folder) },
            new Dictionary<string, PackageContent>
            {
                [ModelPackage.ModelFile] = PackageContent.FromBytes(network.ToByteArray()),
            });
        using var package = await ModelPackage.OpenAsync(plain);
        await package.SaveEncryptedAsync(Path.Combine(folder, $"{Encrypted}.maas"), [key]);
    }

    // From the file to a session that is ready to run.
    private static async Task CompareLoadsAsync(string folder, ECDiffieHellman key)
    {
        Dictionary<string, List<double>> seconds = new() { [Plain] = [], [Encrypted] = [] };
        for (var load = 0; load <= Loads; load++)
        {
            foreach (var kind in load % 2 == 0 ? new[] { Plain, Encrypted } : [Encrypted, Plain])
            {
                var watch = Stopwatch.StartNew();
                using var package = await ModelPackage.OpenAsync(
                    Path.Combine(folder, $"{kind}.maas"), new PackageReadOptions { DecryptionKeys = [key] });
                using var network = await package.LoadNetworkAsync();
                if (load > 0)
                {
                    seconds[kind].Add(watch.Elapsed.TotalSeconds);
                }
            }
        }

        double Median(string kind) => seconds[kind].Order().ElementAt(Loads / 2);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"load of a 90 MB encoder, median of {Loads}: plain {Median(Plain):0.000} s, encrypted "
                + $"{Median(Encrypted):0.000} s, ratio {Median(Encrypted) / Median(Plain):0.00}"));
    }
}
