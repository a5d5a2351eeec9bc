using System.Diagnostics;
using System.Globalization;

// MaaS.Tabular beside scikit-learn: the same data, folds and measure, one after the other; processor time of a fit.
// Usage: Program [--python FILE] [--seeds N] [--folds N] [--budget SECONDS] [DATA SET...]: forests are the mean of some
// seeds, the first N of five folds are run; with a budget one call of the trainer a fold, beside the best single model
// of the others with default settings.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var arguments = args.ToList();
string Take(string option, string otherwise)
{
    var at = arguments.IndexOf(option);
    if (at < 0)
    {
        return otherwise;
    }

    var value = arguments[at + 1];
    arguments.RemoveRange(at, 2);
    return value;
}

var python = Take("--python", "/usr/bin/python3");
var budget = double.Parse(Take("--budget", "0"));
var seeds = int.Parse(Take("--seeds", "1"));
var folds = int.Parse(Take("--folds", "5"));
var names = arguments.Count > 0 ? arguments : [.. Contest.Names];
var folder = Directory.CreateTempSubdirectory("maas-tabular-benchmark-").FullName;
try
{
    foreach (var name in names)
    {
        await Contest.WriteAsync(folder, name);
        var start = new ProcessStartInfo(
            python, [Path.Combine(AppContext.BaseDirectory, "contender.py"), folder, name, $"{seeds}", $"{folds}"]);
        start.Environment["OMP_NUM_THREADS"] = start.Environment["OPENBLAS_NUM_THREADS"] = "1";
        using var others = Process.Start(start)!;
        others.WaitForExit();
        if (others.ExitCode != 0)
        {
            return others.ExitCode;
        }

        var contest = await Contest.ReadAsync(folder, name);
        Console.WriteLine(budget > 0
            ? OneCall.Compare(contest, TimeSpan.FromSeconds(budget)) : SingleLearners.Compare(contest, seeds));
    }

    return 0;
}
finally
{
    Directory.Delete(folder, recursive: true);
}
