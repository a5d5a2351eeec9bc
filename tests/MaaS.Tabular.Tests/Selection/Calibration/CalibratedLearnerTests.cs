using System.Text.Json;
using MaaS.Tabular.Export;
using MaaS.Tabular.Learners;
using MaaS.Tabular.Learners.Bayes;
using MaaS.Tabular.Learners.Trees;
using MaaS.Tabular.Metrics;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Selection;
using MaaS.Tabular.Selection.Calibration;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Tests.Selection.Calibration;

/// <summary>Calibrated probabilities beside scikit-learn's: Fixtures/make_calibration.py.</summary>
public sealed class CalibratedLearnerTests
{
    private static readonly JsonElement Fixture = JsonDocument.Parse(File.ReadAllText(
        Path.Combine(AppContext.BaseDirectory, "Selection/Calibration/Fixtures/calibration.json"))).RootElement;

    [Test]
    public void Predict_IsScikitLearns(
        [Values("cancer", "wine")] string data, [Values] CalibrationMethod method, [Values] bool weighted)
    {
        var (x, y, train) = Data(data);
        var learner = new CalibratedLearner(new GaussianNaiveBayes())
        {
            Method = method,
            Splits = _ => Folds(data, train),
        };
        int[] rows = [.. Enumerable.Range(0, train)];
        var weights = weighted ? Array.ConvertAll(rows, r => y.Rows[r] == 0 ? 2d : 1) : null;
        var predicted = learner.Fit(x.Take(rows), y.Take(rows), weights)
            .Predict(x.Take([.. Enumerable.Range(train, x.Rows - train)]));
        var expected = Fixture.GetProperty(data).GetProperty(weighted ? $"{method} weighted" : $"{method}");
        for (var row = 0; row < predicted.Rows; row++)
        {
            Assert.That(
                predicted.Row(row).ToArray(),
                Is.EqualTo(expected[row].EnumerateArray().Select(v => v.GetDouble())).Within(1e-4), $"row {row}");
        }
    }

    [Test]
    public void Fit_OfSureProbabilities_LowersTheCalibrationError([Values] CalibrationMethod method)
    {
        var random = new Random(3);
        var (x, labels) = (new Matrix(900, 3), new int[900]);
        for (var row = 0; row < 900; row++)
        {
            labels[row] = random.Next(2);
            // The same weak sign three times, which naive Bayes counts three times.
            var sign = labels[row] + 3 * random.NextDouble();
            for (var c = 0; c < 3; c++)
            {
                x[row, c] = sign + 0.01 * random.NextDouble();
            }
        }

        var y = Target.OfClasses(labels, ["a", "b"]);
        int[] train = [.. Enumerable.Range(0, 600)], test = [.. Enumerable.Range(600, 300)];
        double Error(ILearner learner) => TabularMetrics.Find("ece", y.Task).Measure(
            learner.Fit(x.Take(train), y.Take(train)).Predict(x.Take(test)), y.Take(test));
        var before = Error(new GaussianNaiveBayes());
        Assert.That(before, Is.GreaterThan(0.1));
        Assert.That(Error(new CalibratedLearner(new GaussianNaiveBayes()) { Method = method }),
            Is.LessThan(0.6 * before));
    }

    [Test]
    public void Write_GivesTheSameOnEveryRow(
        [Values] CalibrationMethod method, [Values("cancer", "wine")] string data, [Values] bool trees)
    {
        var (x, y, _) = Data(data);
        var table = new Table([.. Enumerable.Range(0, x.Columns).Select(c => new NumberColumn($"x{c}", x.Column(c)))]);
        ILearner inner = trees ? new RandomForest { Trees = 10 } : new GaussianNaiveBayes();
        var fit = TabularFit.Fit(new CalibratedLearner(inner) { Method = method }, table, y);
        var parity = TabularParity.Compare(fit, TabularOnnx.Write(fit, y.Classes), y.Classes, table);
        Assert.That(parity.Holds, $"{parity}");
    }

    [Test]
    public void Fit_OfALearnerThatAsksForColumns_TellsItOfThemInEveryFold()
    {
        var learner = new CardinalityRecorder();
        TabularFit.Fit(
            new CalibratedLearner(learner) { Folds = 2 }, CardinalityRecorder.Table, CardinalityRecorder.Classes);
        Assert.That(learner.Seen, Is.EqualTo(new[] { new[] { 0, 0, 3 }, [0, 0, 3], [0, 0, 3] }));
    }

    [Test]
    public void Supports_ClassesAlone()
        => Assert.That(new CalibratedLearner(new RandomForest()).Supports(TabularTask.Regression), Is.False);

    private static Split[] Folds(string data, int train) =>
    [
        .. Fixture.GetProperty(data).GetProperty("folds").EnumerateArray().Select(fold =>
        {
            int[] test = [.. fold.EnumerateArray().Select(v => v.GetInt32())];
            return new Split([.. Enumerable.Range(0, train).Except(test)], test);
        }),
    ];

    private static (Matrix X, Target Y, int Train) Data(string name)
    {
        var data = Fixture.GetProperty(name);
        double[][] rows =
        [
            .. data.GetProperty("x").EnumerateArray()
                .Select(row => row.EnumerateArray().Select(v => v.GetDouble()).ToArray()),
        ];
        return (
            new Matrix(rows.Length, rows[0].Length, [.. rows.SelectMany(row => row)]),
            Target.OfClasses(
                [.. data.GetProperty("y").EnumerateArray().Select(v => v.GetInt32())],
                name == "cancer" ? ["0", "1"] : ["0", "1", "2"]),
            data.GetProperty("train").GetInt32());
    }
}
