namespace Chat.Server.Tests.Storage;

/// <summary>That the check of T-SQL sees what it is there for, and does not see what is not there.</summary>
public sealed class TSqlControlTests
{
    private static readonly TSqlSchema Schema = TSqlSchema.Of([
        """
        CREATE TABLE dbo.shops (
            shop_id bigint IDENTITY(1, 1) NOT NULL CONSTRAINT pk_shops PRIMARY KEY,
            public_id uniqueidentifier NOT NULL CONSTRAINT uq_shops_public_id UNIQUE,
            name nvarchar(100) NOT NULL,
            notes nvarchar(max) NULL,
            stock int NOT NULL
        );
        CREATE TABLE dbo.sales (
            sale_id bigint IDENTITY(1, 1) NOT NULL CONSTRAINT pk_sales PRIMARY KEY,
            shop_id bigint NOT NULL CONSTRAINT fk_sales_shops REFERENCES dbo.shops (shop_id),
            amount bigint NOT NULL
        );
        """,
    ]);

    [Theory]
    // Microsoft's parser.
    [InlineData("SELECT name FROM dbo.shops LIMIT 1;", "Incorrect syntax")]
    [InlineData("UPDATE dbo.shops SET stock = 1 RETURNING stock;", "Incorrect syntax")]
    [InlineData("INSERT INTO dbo.sales (shop_id, amount) VALUES (1, 2) ON CONFLICT DO NOTHING;", "Incorrect syntax")]
    [InlineData("SELECT name || N'!' FROM dbo.shops;", "Incorrect syntax")]
    [InlineData("SELECT name FROM dbo.shops OFFSET 5 ROWS;", "Incorrect syntax")]
    [InlineData("SELECT name FROM dbo.shops WHERE notes IS DISTINCT FROM name;", "Incorrect syntax")]
    [InlineData("CREATE INDEX ix ON dbo.sales (amount) WHERE amount = 1 OR amount = 2;", "Incorrect syntax")]
    // Outside the subset.
    [InlineData("MERGE dbo.shops AS t USING dbo.sales AS s ON t.shop_id = s.shop_id WHEN MATCHED THEN DELETE;", "MergeStatement")]
    [InlineData("WAITFOR DELAY N'00:00:01';", "WaitForStatement")]
    [InlineData("CREATE OR ALTER VIEW dbo.v AS SELECT name FROM dbo.shops;", "CreateOrAlterViewStatement")]
    [InlineData("ALTER TABLE dbo.shops ALTER COLUMN stock bigint NOT NULL;", "AlterTableAlterColumnStatement")]
    [InlineData("UPDATE STATISTICS dbo.shops;", "UpdateStatisticsStatement")]
    [InlineData("ALTER TABLE dbo.shops ADD tax int NULL CONSTRAINT df DEFAULT 0 WITH VALUES;", "WITH VALUES")]
    [InlineData("CREATE TABLE dbo.shops (stock int NOT NULL INDEX ix);", "Inline INDEX")]
    [InlineData("CREATE TABLE dbo.shops (stock int NOT NULL, INDEX ix (stock));", "Inline INDEX")]
    [InlineData("CREATE TABLE dbo.shops (stock int);", "neither NULL nor NOT NULL")]
    [InlineData("CREATE TABLE dbo.shops (stock int NOT NULL PRIMARY KEY);", "without a name")]
    [InlineData("CREATE TABLE dbo.shops (stock datetime NOT NULL);", "datetime2(3)")]
    [InlineData("CREATE TABLE dbo.shops (stock datetime2 NOT NULL);", "datetime2(3)")]
    [InlineData("CREATE TABLE dbo.shops (name varchar(9) COLLATE Latin1_General_100_CI_AS NOT NULL);", "not a BIN2")]
    [InlineData("DECLARE @v int; UPDATE dbo.shops SET @v = stock = stock + 1;", "assigns a variable")]
    [InlineData("SELECT TOP (1) WITH TIES name FROM dbo.shops ORDER BY stock;", "WITH TIES")]
    [InlineData("SELECT TOP 1 name FROM dbo.shops ORDER BY stock;", "TOP without parentheses")]
    [InlineData("SELECT GREATEST(stock, 1) FROM dbo.shops;", "GREATEST")]
    [InlineData("SELECT LEN(name) FROM dbo.shops;", "LEN")]
    [InlineData("SELECT dbo.tax(stock) FROM dbo.shops;", "user-defined function")]
    [InlineData("SELECT * FROM dbo.shops;", "says *")]
    [InlineData("SELECT name INTO dbo.copies FROM dbo.shops;", "INTO")]
    [InlineData("SELECT name FROM dbo.shops WHERE name = 'x';", "Literal without N")]
    [InlineData("EXEC (N'SELECT 1;');", "EXEC of something")]
    [InlineData("EXEC sp_rename N'dbo.shops', N'stores';", "EXEC of something")]
    // Terminators.
    [InlineData("SELECT name FROM dbo.shops", "No semicolon")]
    [InlineData("DELETE FROM dbo.sales SELECT name FROM dbo.shops;", "No semicolon")]
    [InlineData("IF 1 = 1 BEGIN DELETE FROM dbo.sales END;", "No semicolon")]
    // Names and types.
    [InlineData("SELECT name FROM shops;", "not named as dbo.shops")]
    [InlineData("SELECT name FROM store.shops;", "not named as dbo.shops")]
    [InlineData("SELECT name FROM dbo.stores;", "Unknown table stores")]
    [InlineData("SELECT title FROM dbo.shops;", "Unknown column title")]
    [InlineData("SELECT s.title FROM dbo.shops AS s;", "Unknown column s.title")]
    [InlineData("SELECT shops.name FROM dbo.shops AS s;", "Unknown alias shops")]
    [InlineData("SELECT shop_id FROM dbo.shops AS a JOIN dbo.sales AS b ON a.shop_id = b.shop_id;", "Ambiguous column shop_id")]
    [InlineData("SELECT name FROM dbo.shops WHERE EXISTS (SELECT 1 FROM dbo.sales WHERE sales.shop = shops.shop_id);", "Unknown column sales.shop")]
    [InlineData("WITH c AS (SELECT stock FROM dbo.shops) UPDATE c SET stock = 1;", "no update through")]
    [InlineData("WITH c AS (SELECT stock FROM dbo.shops) SELECT name FROM c;", "Unknown column name")]
    [InlineData("UPDATE dbo.shops SET stok = 1;", "Unknown column stok")]
    [InlineData("UPDATE dbo.shops SET stock = 1 OUTPUT inserted.stok;", "Unknown column inserted.stok")]
    [InlineData("UPDATE dbo.shops SET stock = 1 OUTPUT stock;", "neither inserted. nor deleted.")]
    [InlineData("DELETE FROM dbo.shops OUTPUT inserted.stock;", "Unknown alias inserted")]
    [InlineData("INSERT INTO dbo.sales VALUES (1, 2);", "lists no columns")]
    [InlineData("INSERT INTO dbo.sales (shop_id, sum) VALUES (1, 2);", "Unknown column sum")]
    [InlineData("INSERT INTO dbo.sales (shop_id) VALUES (1);", "no value for amount")]
    [InlineData("INSERT INTO dbo.sales (shop_id, amount) VALUES (1);", "another number of values")]
    [InlineData("CREATE INDEX ix ON dbo.sales (price);", "Unknown column price")]
    [InlineData("CREATE INDEX ix ON dbo.sales (amount) WHERE price IS NOT NULL;", "Unknown column price")]
    [InlineData("CREATE INDEX ix ON dbo.shops (notes);", "too long for a key")]
    [InlineData("CREATE TABLE dbo.sales (shop_id bigint NOT NULL CONSTRAINT fk REFERENCES dbo.shops (id));", "Unknown column id")]
    [InlineData("SELECT name FROM dbo.shops ORDER BY public_id;", "ORDER BY a uniqueidentifier")]
    [InlineData("SELECT public_id AS id FROM dbo.shops ORDER BY id;", "ORDER BY a uniqueidentifier")]
    [InlineData("SELECT ROW_NUMBER() OVER (ORDER BY public_id) FROM dbo.shops;", "ORDER BY a uniqueidentifier")]
    [InlineData("SELECT name FROM dbo.shops WHERE public_id > @after;", "compared by order")]
    [InlineData("SELECT name FROM dbo.shops UNION ALL SELECT notes FROM dbo.shops ORDER BY stock;", "does not give")]
    public void A_broken_text_is_refused(string text, string reason) =>
        Assert.Contains(TSqlFaults.Of(text, Schema), fault => fault.Contains(reason, StringComparison.Ordinal));

    [Theory]
    [InlineData("SELECT s.name AS title, COUNT(*) AS n FROM dbo.shops AS s JOIN dbo.sales AS b ON b.shop_id = s.shop_id GROUP BY s.name ORDER BY n DESC, title;")]
    [InlineData("SELECT name FROM dbo.shops ORDER BY shop_id OFFSET @offset ROWS FETCH NEXT @limit ROWS ONLY;")]
    [InlineData("SELECT name FROM dbo.shops WHERE EXISTS (SELECT 1 FROM dbo.sales WHERE sales.shop_id = shops.shop_id AND amount > stock);")]
    [InlineData("WITH c AS (SELECT shop_id, SUM(amount) AS total FROM dbo.sales GROUP BY shop_id) SELECT name, total FROM c JOIN dbo.shops AS s ON s.shop_id = c.shop_id;")]
    [InlineData("SELECT t.total FROM (SELECT SUM(amount) AS total FROM dbo.sales) AS t;")]
    [InlineData("SELECT name FROM dbo.shops UNION ALL SELECT notes FROM dbo.shops ORDER BY name;")]
    [InlineData("UPDATE dbo.shops SET stock = stock - @n OUTPUT inserted.stock, deleted.stock AS before WHERE public_id = @id AND stock >= @n;")]
    [InlineData("UPDATE s SET stock = 0 FROM dbo.shops AS s JOIN dbo.sales AS b ON b.shop_id = s.shop_id WHERE b.amount = 0;")]
    [InlineData("DELETE TOP (@n) FROM dbo.sales WHERE amount = 0;")]
    [InlineData("INSERT INTO dbo.sales (shop_id, amount) OUTPUT inserted.sale_id VALUES (@shop, @amount);")]
    [InlineData("INSERT INTO dbo.sales (shop_id, amount) SELECT shop_id, stock FROM dbo.shops WHERE name <> N'';")]
    [InlineData("SELECT DATEDIFF_BIG(day, @from, SYSUTCDATETIME());")]
    [InlineData("SET XACT_ABORT ON; DELETE FROM dbo.sales; DELETE FROM dbo.shops;")]
    [InlineData("ALTER TABLE dbo.shops ADD stock int NOT NULL CONSTRAINT df_shops_stock DEFAULT 0;")]
    [InlineData("CREATE UNIQUE INDEX uq_shops_notes ON dbo.shops (name, stock) WHERE notes IS NOT NULL;")]
    public void A_sound_text_is_not(string text) => Assert.Empty(TSqlFaults.Of(text, Schema));
}
