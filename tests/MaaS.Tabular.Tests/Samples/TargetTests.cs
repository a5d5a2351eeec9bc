using MaaS.Tabular.Samples;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Tests.Samples;

public sealed class TargetTests
{
    [Test]
    public void Of_Columns_FindsTheTaskAndOrdersClasses()
    {
        var names = Target.Of(new StringColumn("y", ["b", "a", "b", "a"]));
        var numbers = Target.Of(new NumberColumn("y", [10, 9, 10, 9]));
        var flags = Target.Of(new NumberColumn("y", [1, 0, 1, 0], ColumnKind.Boolean));
        Assert.That((names.Classes, names.Rows), Is.EqualTo((new[] { "a", "b" }, new double[] { 1, 0, 1, 0 })));
        Assert.That((numbers.Classes, numbers.Rows), Is.EqualTo((new[] { "9", "10" }, new double[] { 1, 0, 1, 0 })));
        Assert.That((flags.Classes, flags.Rows), Is.EqualTo((new[] { "false", "true" }, new double[] { 1, 0, 1, 0 })));
        Assert.That(Target.Of(new NumberColumn("y", [1.5, 2, 3])).Task, Is.EqualTo(TabularTask.Regression));
        Assert.That(
            Target.Of(new NumberColumn("y", [1, 2, 1, 2]), TabularTask.Regression).Task,
            Is.EqualTo(TabularTask.Regression));
    }

    [Test]
    public void Of_NumbersThatAreClasses_MakesNoTextForEachRow()
    {
        var column = new NumberColumn("y", [.. Enumerable.Range(0, 200_000).Select(static i => i % 3d)]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var target = Target.Of(column);
        // 8 bytes a row are the target's own.
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(9 * column.Count));
        Assert.That(target.Classes, Is.EqualTo(new[] { "0", "1", "2" }));
        Assert.That(target.Rows, Is.EqualTo(column.Values.ToArray()));
    }

    [Test]
    public void Of_LabelsThatTeachNothing_NamesThem()
    {
        void Fails(Column column, string message, TabularTask? task = null)
            => Assert.That(
                () => Target.Of(column, task),
                Throws.InstanceOf<InvalidDataException>().With.Message.Contains(message));

        Fails(new StringColumn("y", ["a", null, "b"]), "label 'y': row 2: expected a label in every row");
        Fails(new StringColumn("y", ["a", "a"]), "every row has the same label 'a'");
        Fails(new StringColumn("y", ["a", "b", "a"]), "row 2 is the only one of class 'b'");
        Fails(
            new NumberColumn("y", [3, 1, 7, 1, 3]), "row 3 is the only one of class '7'", TabularTask.Classification);
        Fails(new NumberColumn("y", [2.5, 2.5]), "every row has the same label 2.5");
        Fails(
            new StringColumn("y", [.. Enumerable.Range(0, 3000).Select(i => $"{i % 1500}")]),
            "expected at most 1000 classes, got 1500");
        Fails(new StringColumn("y", ["a", "b"]), "expected numbers for regression, got Category",
            TabularTask.Regression);
    }

    [Test]
    public void BalancedWeights_AreScikitLearns()
        => Assert.That(
            Target.OfClasses([0, 0, 0, 1], ["a", "b"]).BalancedWeights(),
            Is.EqualTo(new[] { 4 / 6d, 4 / 6d, 4 / 6d, 2 }).Within(1e-15));
}
