import Database from 'better-sqlite3';

/** A shop as another program keeps it: customers with reps, invoices and their lines, articles. */
export function makeShop(path: string): void {
  run(
    path,
    `CREATE TABLE Employee (EmployeeId INTEGER PRIMARY KEY, FirstName TEXT, LastName TEXT, Email TEXT);
     CREATE TABLE Customer (CustomerId INTEGER PRIMARY KEY, FirstName NVARCHAR(40), LastName NVARCHAR(20), Email NVARCHAR(60),
       Phone NVARCHAR(24), Country NVARCHAR(40), SupportRepId INTEGER REFERENCES Employee (EmployeeId), Loyalty TEXT, PasswordHash TEXT,
       DeletedAt DATETIME);
     CREATE TABLE Article (ArticleId INTEGER PRIMARY KEY, Name TEXT, UnitPrice NUMERIC(10,2));
     CREATE TABLE Invoice (InvoiceId INTEGER PRIMARY KEY, CustomerId INTEGER NOT NULL REFERENCES Customer (CustomerId),
       InvoiceDate DATETIME NOT NULL, Total REAL NOT NULL);
     CREATE TABLE InvoiceLine (InvoiceLineId INTEGER PRIMARY KEY, InvoiceId INTEGER NOT NULL REFERENCES Invoice (InvoiceId),
       ArticleId INTEGER REFERENCES Article (ArticleId), UnitPrice NUMERIC(10,2) NOT NULL, Quantity INTEGER NOT NULL);
     CREATE TABLE Setting (Name TEXT PRIMARY KEY, Value TEXT);
     INSERT INTO Employee VALUES (1, 'Jane', 'Peacock', 'jane@shop.example'), (2, 'Steve', 'Johnson', 'steve@shop.example');
     INSERT INTO Customer VALUES
       (1, 'Ada', 'Lovelace', 'ada@example.com', '+44 20 7946 0001', 'United Kingdom', 1, 'gold', 'x', NULL),
       (2, 'Alan', 'Turing', 'alan@example.org', '+44 20 7946 0002', 'United Kingdom', 2, NULL, 'x', NULL),
       (3, 'Grace', 'Hopper', 'grace@example.net', NULL, 'USA', NULL, NULL, 'x', NULL),
       (4, 'Gone', 'Away', 'gone@example.net', NULL, 'USA', NULL, NULL, 'x', '2020-01-01 00:00:00');
     INSERT INTO Article VALUES (10, 'Pencil', 1.1), (11, 'Paper', 2.2);
     INSERT INTO Invoice VALUES (100, 1, '2024-03-01 10:00:00', ${1.1 + 2.2}), (101, 1, '2024-04-01 00:00:00', 1234.5), (102, 3, '2024-05-01 00:00:00', 2.2);
     INSERT INTO InvoiceLine VALUES (1000, 100, 10, 1.1, 1), (1001, 100, 11, 2.2, 1), (1002, 101, 10, 1.1, 3), (1003, 102, 11, 2.2, 1);`,
  );
}

/** A shop with Chinese names and no declared references. */
export function makeChineseShop(path: string): void {
  run(
    path,
    `CREATE TABLE 客户信息 (客户编号 TEXT PRIMARY KEY, 姓名 TEXT, 手机号 TEXT, 邮箱 TEXT, 城市 TEXT, 备用字段 TEXT);
     CREATE TABLE 订单 (订单号 TEXT PRIMARY KEY, 客户编号 TEXT, 下单时间 DATETIME, 订单金额 DECIMAL(10,2), 订单状态 TEXT);
     CREATE TABLE 订单明细 (明细编号 INTEGER PRIMARY KEY, 订单号 TEXT, 商品名称 TEXT, 数量 INTEGER, 单价 DECIMAL(10,2));
     CREATE TABLE 跟进记录 (记录编号 INTEGER PRIMARY KEY, 客户编号 TEXT, 跟进方式 TEXT, 跟进内容 TEXT, 跟进时间 DATETIME);
     INSERT INTO 客户信息 VALUES ('K001', '王小明', '13800138000', 'wang@example.cn', '上海', NULL), ('K002', '李娜', '13900139000', NULL, '北京', NULL);
     INSERT INTO 订单 VALUES ('D1', 'K001', '2024-05-01 12:00:00', 88.5, '已付款'), ('D2', 'K002', '2024-06-01 12:00:00', 10, '已付款');
     INSERT INTO 订单明细 VALUES (1, 'D1', '茶叶', 1, 88.5), (2, 'D2', '笔', 2, 5);
     INSERT INTO 跟进记录 VALUES (1, 'K001', '电话', '已联系', '2024-05-02 09:00:00');`,
  );
}

function run(path: string, script: string): void {
  const db = new Database(path);
  db.exec(script);
  db.close();
}

/** Companies and people with the same ids, addresses in tables of their own, and what was said to whom. */
export function makeStore(path: string): void {
  run(
    path,
    `CREATE TABLE country (country_id INTEGER PRIMARY KEY, country TEXT);
     CREATE TABLE city (city_id INTEGER PRIMARY KEY, city TEXT, country_id INTEGER REFERENCES country (country_id));
     CREATE TABLE address (address_id INTEGER PRIMARY KEY, street TEXT, city_id INTEGER REFERENCES city (city_id));
     CREATE TABLE company (id INTEGER PRIMARY KEY, name TEXT);
     CREATE TABLE person (id INTEGER PRIMARY KEY, full_name TEXT, mail TEXT, company_id INTEGER REFERENCES company (id),
       address_id INTEGER REFERENCES address (address_id));
     CREATE TABLE activity (id INTEGER PRIMARY KEY, person_id INTEGER REFERENCES person (id), type TEXT, note TEXT, happened DATETIME, date DATETIME);
     INSERT INTO country VALUES (1, 'United Kingdom');
     INSERT INTO city VALUES (1, 'London', 1);
     INSERT INTO address VALUES (1, '1 Baker Street', 1);
     INSERT INTO company VALUES (1, 'Analytical Engines');
     INSERT INTO person VALUES (1, 'Ada Lovelace', 'ada@example.com', 1, 1);
     INSERT INTO activity VALUES (1, 1, 'call', 'asked for a quote', NULL, '2024-03-01 10:00:00');`,
  );
}
